import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/render.js";
import { column, overflow, useBrowser } from "./browser.js";
import { emptyReport, sampleReport } from "./samples.js";

const open = useBrowser();
const table = "#unusual-table";

describe("a report in a browser", () => {
  it("opens from a file without an error and requests nothing else", async () => {
    const { page, incidents, requests, url } = await open(renderReport(sampleReport()));
    await page.waitForTimeout(300);
    expect(incidents).toEqual([]);
    expect(requests).toEqual([url]);
  });

  it("draws every user, resource and access, and marks each unusual one by line and by text", async () => {
    const data = sampleReport();
    const { page } = await open(renderReport(data));
    const texts = await page.locator("#flows-chart svg text").allTextContents();
    for (const name of ["CONTOSO\\jane.doe", "CONTOSO\\lucas.silva", "\\\\FS02\\payroll"])
      expect(texts).toContain(name);
    const unusual = data.flows.filter((flow) => flow.unusual);
    expect(texts.filter((text) => text.startsWith("▲")).sort()).toEqual(
      unusual.map(({ score }) => (score === null ? "▲" : `▲ ${score.toFixed(2)}`)).sort(),
    );
    expect(await page.locator("#flows-chart svg path[stroke-dasharray]").count()).toBe(unusual.length);
    const nodes = new Set(data.flows.flatMap(({ user, res }) => [`u ${user}`, `r ${res}`])).size;
    const paths = await page.locator("#flows-chart svg path").count();
    expect(paths).toBeGreaterThanOrEqual(data.flows.length + nodes);
  });

  it("draws the distribution with its threshold", async () => {
    const data = sampleReport();
    const { page } = await open(renderReport(data));
    expect(await page.locator("#scores-chart svg text").allTextContents()).toContain("threshold 4.00");
    const filled = data.histogram.filter((bin) => bin.count > 0).length;
    expect(await page.locator("#scores-chart svg path").count()).toBeGreaterThanOrEqual(filled);
    const alert = page.locator('#scores-chart svg path[fill="#b8410b"]');
    expect(await alert.count()).toBe(data.histogram.filter((bin) => bin.count > 0 && bin.from >= 4).length);
  });

  it("sorts by a click and by the keyboard, and says so", async () => {
    const { page } = await open(renderReport(sampleReport()));
    const header = page.locator(`${table} th`);
    await header.nth(1).getByRole("button").click();
    const users = await column(page, table, 2);
    expect(users).toEqual([...users].sort(new Intl.Collator("en", { numeric: true }).compare));
    expect(await header.nth(1).getAttribute("aria-sort")).toBe("ascending");

    await header.nth(3).getByRole("button").focus();
    await page.keyboard.press("Enter");
    expect(await column(page, table, 4)).toEqual(["212", "41", "12", "6", "3", "1"]);
    await page.keyboard.press("Space");
    expect(await column(page, table, 4)).toEqual(["1", "3", "6", "12", "41", "212"]);
    expect(await header.nth(3).getAttribute("aria-sort")).toBe("ascending");
    expect(await header.nth(1).getAttribute("aria-sort")).toBeNull();

    // Disconnected accesses, whose score is infinite, count as the highest.
    await header.nth(0).getByRole("button").click();
    expect(await column(page, table, 1)).toEqual(["disconnected", "7.92", "6.35", "5.18", "4.71", "4.07"]);
  });

  it("filters by any text of a row, explanations included, whatever the case", async () => {
    const { page } = await open(renderReport(sampleReport()));
    const input = page.getByRole("searchbox", { name: "Filter by user, resource or explanation" });
    await input.fill("LUCAS");
    expect(await column(page, table, 1)).toEqual(["7.92", "6.35"]);
    expect(await page.locator("output").first().allInnerTexts()).toEqual(["2 of 6 match"]);
    await input.fill("it.ops");
    expect(await column(page, table, 1)).toEqual(["disconnected"]);
    await input.fill("(.*");
    expect(await column(page, table, 1)).toEqual([]);
    await input.fill("");
    expect(await column(page, table, 1)).toHaveLength(6);
  });

  it("shows the first rows of a long list until asked for all, and filters all of them", async () => {
    const data = sampleReport();
    const unusual = Array.from({ length: 60 }, (_, i) => ({ ...data.unusual[1]!, user: `user${i}`, score: 90 - i }));
    const { page } = await open(renderReport({ ...data, unusual }));
    expect(await column(page, table, 1)).toHaveLength(25);
    await page.getByRole("searchbox").first().fill("user59");
    expect(await column(page, table, 2)).toEqual(["user59"]);
    await page.getByRole("searchbox").first().fill("");
    await page.getByRole("button", { name: "Show all 60" }).click();
    expect(await column(page, table, 1)).toHaveLength(60);
  });

  it("leads from an unusual band to its explanation", async () => {
    const { page, incidents } = await open(renderReport(sampleReport()));
    await page.getByRole("searchbox").first().fill("nothing has this");
    const mark = (await page.locator("#flows-chart svg text", { hasText: "▲ 4.07" }).boundingBox())!;
    await page.mouse.click(mark.x + mark.width / 2, mark.y + mark.height / 2);
    const target = page.locator(`${table} tr.target`);
    expect(await target.count()).toBe(1);
    expect(await target.isVisible()).toBe(true);
    expect(await target.allInnerTexts()).toEqual([expect.stringContaining("CONTOSO\\tom.baker")]);
    expect(incidents).toEqual([]);
  });

  it.each([1280, 1101, 1100, 1000, 760, 400])(
    "does not scroll sideways at %i pixels, nor after a change of the window",
    async (width) => {
      const { page, incidents } = await open(renderReport(sampleReport()), { viewport: { width, height: 900 } });
      expect(await overflow(page)).toBe(0);
      await page.setViewportSize({ width: 1680 - width, height: 900 });
      await page.waitForFunction(() => {
        const chart = document.getElementById("flows-chart")!;
        return Number(chart.querySelector("svg")!.getAttribute("width")) === chart.clientWidth;
      });
      expect(await overflow(page)).toBe(0);
      expect(incidents).toEqual([]);
    },
  );

  it("follows the colour scheme, and prints light and whole", async () => {
    const ink = () => page.locator("#flows-chart svg text").first().getAttribute("fill");
    const { page, incidents } = await open(renderReport(sampleReport()), { colorScheme: "dark" });
    expect(await ink()).toBe("#e4e9f0");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(ink).toBe("#18212d");
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(ink).toBe("#e4e9f0");
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await ink()).toBe("#18212d");
    expect(await page.locator("#flows-chart svg").getAttribute("width")).toBe("680");
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    expect(await ink()).toBe("#e4e9f0");
    expect(incidents).toEqual([]);
  });

  it("has its tables, explanations and a word on the charts without JavaScript", async () => {
    const { page, requests, url } = await open(renderReport(sampleReport()), { javaScriptEnabled: false });
    expect(await page.locator(`${table} tbody tr`).count()).toBe(6);
    expect(await page.getByText("CONTOSO\\kate.obrien is expected to use").isVisible()).toBe(true);
    expect(await page.getByText("need JavaScript").isVisible()).toBe(true);
    const scripted = await open(renderReport(sampleReport()));
    expect(await scripted.page.getByText("need JavaScript").count()).toBe(0);
    expect(await page.locator("svg").count()).toBe(0);
    expect(requests).toEqual([url]);
  });
});

describe("a report of little", () => {
  const flow = { user: "u", res: "r", count: 1, unusual: false, score: 0 };
  const sample = sampleReport();
  it.each([
    ["nothing at all", emptyReport()],
    ["one user with one access", { ...emptyReport(), flows: [flow], histogram: [{ from: 0, to: 0.1, count: 1 }] }],
    [
      "one user of an absurd score",
      {
        ...emptyReport(),
        flows: [{ ...flow, unusual: true, score: 1e300 }],
        histogram: [{ from: -1e15, to: 1e15, count: 3 }],
      },
    ],
    ["accesses without a count", { ...sample, flows: sample.flows.map((one) => ({ ...one, count: 0 })) }],
    ["no threshold", { ...sample, summary: { ...sample.summary, threshold: null } }],
    ["a threshold out of reach", { ...sample, summary: { ...sample.summary, threshold: 1e9, aboveThreshold: 0 } }],
    ["a threshold below all", { ...sample, summary: { ...sample.summary, threshold: -5 } }],
    ["only unusual accesses", { ...sample, flows: sample.flows.filter((one) => one.unusual) }],
    ["no unusual access", { ...sample, unusual: [], flows: sample.flows.filter((one) => !one.unusual) }],
    ["a user and a resource of one name", { ...sample, flows: [{ ...flow, user: "same", res: "same" }] }],
  ])("is drawn without an error: %s", async (_, data) => {
    const { page, incidents } = await open(renderReport(data));
    expect(await overflow(page)).toBe(0);
    expect(await page.locator("svg").count()).toBe(Number(data.flows.length > 0) + Number(data.histogram.length > 0));
    const attributes = await page
      .locator("svg path")
      .evaluateAll((paths) => paths.map((path) => path.getAttribute("d") ?? ""));
    expect(attributes.filter((d) => /NaN|Infinity|undefined/.test(d))).toEqual([]);
    expect(incidents).toEqual([]);
  });

  it("keeps a user and a resource of the same name apart", async () => {
    const { page } = await open(renderReport({ ...sample, flows: [{ ...flow, user: "same", res: "same" }] }));
    expect(
      (await page.locator("#flows-chart svg text").allTextContents()).filter((text) => text === "same"),
    ).toHaveLength(2);
  });
});
