import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/render.js";
import { overflow, useBrowser } from "./browser.js";
import { hostileNames, hostileReport } from "./samples.js";

const open = useBrowser();

/** Reports in which every name of the list comes first once, so that each is in every place. */
const rotations = hostileNames.map((name, i) => ({
  i,
  name: JSON.stringify(name.slice(0, 30)),
  data: hostileReport([...hostileNames.slice(i), ...hostileNames.slice(0, i)]),
}));

describe("a report with hostile names in every field", () => {
  it.each(rotations)("runs nothing, loads nothing and keeps its layout: $i starting with $name", async ({ data }) => {
    const { page, incidents, requests, url } = await open(renderReport(data));
    expect(await overflow(page)).toBe(0);
    for (const width of [1101, 900, 400]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await overflow(page)).toBe(0);
    }
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    expect(await overflow(page)).toBe(0);
    expect(incidents).toEqual([]);
    expect(requests).toEqual([url]);
  });

  it("holds no element and no attribute but those of the page itself", async () => {
    const { page } = await open(renderReport(hostileReport()));
    const found = await page.evaluate(() => {
      const elements = [...document.querySelectorAll("*")];
      return {
        names: [...new Set(elements.filter((one) => !one.closest("svg")).map((one) => one.localName))].sort(),
        drawn: [...new Set(elements.filter((one) => one.closest("svg")).map((one) => one.localName))].sort(),
        handlers: elements.flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith("on"))),
        scripts: document.scripts.length,
      };
    });
    for (const name of ["img", "iframe", "object", "embed", "form", "base", "link", "a", "svg"])
      expect(found.names).not.toContain(name);
    for (const name of ["script", "image", "foreignObject", "a", "use", "animate", "set"])
      expect(found.drawn).not.toContain(name);
    expect(found.handlers).toEqual([]);
    expect(found.scripts).toBe(2);
  });

  it("shows names in charts and tooltips as they are, not as rich text or HTML", async () => {
    const names = ["{a|b} {c}", "<b>bold</b>", "\u202egnp.exe", "CONTOSO\\{b}"];
    const { page, incidents } = await open(renderReport(hostileReport(names)));
    const shown = ["{a|b} {c}", "<b>bold</b>", "\\u{202e}gnp.exe", "CONTOSO\\{b}"];
    const texts = await page.locator("#flows-chart svg text").allTextContents();
    expect(texts.filter((text) => !text.startsWith("▲")).sort()).toEqual([...shown, ...shown].sort());

    const tips = new Set<string>();
    for (const label of await page.locator("#flows-chart svg text").all()) {
      const box = (await label.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const tip = page.locator(".tip");
      if (await tip.isVisible()) for (const line of await tip.locator("b").allInnerTexts()) tips.add(line);
      expect(await tip.locator("*:not(b, span, bdi)").count()).toBe(0);
    }
    expect([...tips].sort()).toEqual([...shown].sort());
    expect(incidents).toEqual([]);
  });

  it("keeps the direction of a name to itself and shows hidden characters", async () => {
    const { page } = await open(renderReport(hostileReport(["CONTOSO\\\u202exe.nod", "שלום", "user", "res"])));
    const cells = page.locator("#unusual-table td[data-label=User]");
    expect(await cells.filter({ hasText: "\\u{202e}" }).locator("bdi .hidden").count()).toBeGreaterThan(0);
    expect(await cells.filter({ hasText: "שלום" }).locator("bdi").count()).toBeGreaterThan(0);
    expect(await page.content()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it("gives a long name whole when it is unfolded", async () => {
    const long = `CONTOSO\\${"x".repeat(10_000)}`;
    const { page } = await open(renderReport(hostileReport([long, "a", "b"])));
    const name = page.locator("#unusual-table details.long").first();
    const whole = name.locator(".whole");
    expect(await whole.isVisible()).toBe(false);
    await name.locator("summary").click();
    expect(await whole.allInnerTexts()).toEqual([long]);
    expect((await whole.boundingBox())!.height).toBeLessThan(260);
  });

  it("would be caught: the policy stops a foreign script, image, style and handler, and the watch sees it", async () => {
    const html = renderReport(hostileReport(["a", "b"])).replace(
      "</main>",
      '<script>alert(1)</script><img src="https://localhost:9/x.png" onerror="alert(2)"><p style="color:red">x</p></main>',
    );
    const { page, incidents, requests, url } = await open(html);
    await page.waitForTimeout(200);
    for (const directive of ["script-src", "img-src", "style-src"])
      expect(incidents.filter((incident) => incident.includes(directive)).length).toBeGreaterThan(0);
    expect(incidents.filter((incident) => incident.startsWith("dialog"))).toEqual([]);
    expect(requests.filter((request) => request !== url && !request.includes("localhost:9"))).toEqual([]);
  });

  it("would be caught: without the policy a foreign script opens a dialog, and the watch sees it", async () => {
    const html = renderReport(hostileReport(["a", "b"]))
      .replace(/<meta http-equiv[^>]*>/, "")
      .replace("</main>", "<script>alert(1)</script></main>");
    expect((await open(html)).incidents).toEqual(["dialog: 1"]);
  });
});
