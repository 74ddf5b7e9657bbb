import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/render.js";
import { sha256, takeApart } from "./page.js";
import { emptyReport, hostileNames, hostileReport, sampleReport } from "./samples.js";

/** Tags as `html` writes them: known elements, known attributes, values in double quotes without markup. */
const tag =
  /<(?:!DOCTYPE html|\/?(?:html|head|meta|title|style|body|header|main|footer|section|div|h1|h2|h3|p|ul|li|dl|dt|dd|b|i|strong|span|bdi|table|thead|tbody|tr|th|td|details|summary|script)(?: (?:lang|charset|http-equiv|content|name|class|id|title|scope|role|type|aria-label|aria-labelledby|data-label|data-sort|data-type|data-filter|data-first)="[^"<>]*")*)>/g;

/** Characters that act on who reads the source: controls but the line end, and direction marks. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** A name with whatever ends a string, a tag, a comment, a script or a template somewhere. */
const anyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 200 }),
  fc
    .array(fc.constantFrom(...hostileNames.filter((name) => name.length < 200), "<", ">", '"', "'", "&", "-->"), {
      maxLength: 5,
    })
    .map((parts) => parts.join("")),
  fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => `a${String.fromCharCode(code)}b`),
);

describe("a report", () => {
  it.each([
    ["a usual one", sampleReport()],
    ["an empty one", emptyReport()],
    ["a hostile one", hostileReport()],
  ])("has one script, one block of data and one style sheet: %s", (_, data) => {
    const page = takeApart(renderReport(data));
    expect(page.scripts).toHaveLength(1);
    expect(page.json).toHaveLength(1);
    expect(page.styles).toHaveLength(1);
    expect(page.html.match(/<script/g)).toHaveLength(2);
    expect(page.html.match(/<\/script/g)).toHaveLength(2);
    expect(JSON.parse(page.json[0]!)).toEqual(data);
  });

  it("allows by its policy nothing but its own script and style sheet", () => {
    const page = takeApart(renderReport(sampleReport()));
    expect(Object.fromEntries(page.policy)).toEqual({
      "default-src": "'none'",
      "script-src": sha256(page.scripts[0]!),
      "style-src": sha256(page.styles[0]!),
      "base-uri": "'none'",
      "form-action": "'none'",
      "require-trusted-types-for": "'script'",
      "trusted-types": "'none'",
    });
    expect(page.html.indexOf("Content-Security-Policy")).toBeLessThan(page.html.indexOf("<style"));
  });

  it("writes any name as text, and gives it back whole in its data", () => {
    fc.assert(
      fc.property(fc.array(anyName, { minLength: 8, maxLength: 8 }), (names) => {
        const data = hostileReport(names);
        const page = takeApart(renderReport(data));
        expect(page.scripts).toHaveLength(1);
        expect(JSON.parse(page.json[0]!)).toEqual(data);
        expect(page.json[0]).not.toMatch(/[<>&\u2028\u2029]/);
        // With every known tag taken out, nothing is left that could open or close one.
        expect(page.markup.replace(tag, "")).not.toMatch(/[<>]/);
        expect(page.markup).not.toMatch(hidden);
        expect(Buffer.from(page.html, "utf8").toString("utf8") === page.html).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("has the same structure for hostile names as for harmless ones", () => {
    const tags = (names: string[]): string[] =>
      takeApart(renderReport(hostileReport(names)))
        .markup.match(tag)!
        .map((found) => found.split(" ")[0]!);
    const hostile = hostileNames.filter(
      (name) => /^[\x20-\x7e]+$/.test(name) && name.trim() !== "" && name.length < 50,
    );
    expect(hostile.length).toBeGreaterThan(6);
    expect(tags([...hostile])).toEqual(tags(hostile.map((name, i) => String.fromCharCode(97 + i).repeat(name.length))));
  });

  it("loads nothing: no address outside of text, no element that loads", () => {
    const page = takeApart(renderReport(sampleReport()));
    expect(page.markup).not.toMatch(/https?:|\ssrc=|\shref=|<(?:link|img|iframe|object|embed|base|form|svg)\b/i);
    expect(page.styles[0]).not.toMatch(/url\(|@import|https?:/i);
    const addresses = new Set(page.scripts[0]!.match(/https?:\/\/[\w.]+/g) ?? []);
    // Namespaces, a licence, and the home of a library in a message; the policy lets none of them load.
    expect([...addresses].sort()).toEqual(["http://www.apache.org", "http://www.w3.org", "https://github.com"]);
  });

  it("can be read without its script: verdict, explanations and what was left out are in the text", () => {
    const { markup } = takeApart(renderReport(sampleReport()));
    const text = markup.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
    expect(text).toContain("6 of 2,418 accesses are unusual: above the threshold of 4.00.");
    expect(text).toContain("CONTOSO\\kate.obrien is expected to use \\\\FS03\\engineering and \\\\FS01\\test-rigs;");
    expect(text).toContain("not JSON: unexpected end");
    expect(text).toContain("CONTOSO\\noah.fischer");
  });

  it("says in words what is empty", () => {
    const { markup } = takeApart(renderReport(emptyReport()));
    for (const words of [
      "There were no accesses to look at.",
      "There are no accesses to draw.",
      "No access has a finite score.",
      "No access is unusual enough to be listed.",
      "The model knows every user.",
      "The model knows every resource.",
    ])
      expect(markup).toContain(words);
    expect(markup).not.toContain("<table");
  });

  it("tells verdicts apart: no threshold, none above it, one above it", () => {
    const sample = sampleReport();
    const verdict = (change: Partial<typeof sample.summary>, unusual = sample.unusual): string =>
      renderReport({ ...sample, unusual, summary: { ...sample.summary, ...change } })
        .match(/class="verdict">([\s\S]*?)<\/h2>/)![1]!
        .replace(/<[^>]*>/g, "");
    expect(verdict({ threshold: null })).toBe("The 6 most unusual accesses of 2,418 are listed. No threshold is set.");
    expect(verdict({ threshold: null }, [])).toBe("No access stands out among 2,418 accesses. No threshold is set.");
    expect(verdict({ aboveThreshold: 0 })).toBe(
      "None of 2,418 accesses is unusual: none is above the threshold of 4.00.",
    );
    expect(verdict({ aboveThreshold: 1 })).toBe("1 of 2,418 accesses is unusual: above the threshold of 4.00.");
  });

  it("says how many are not listed where a list is cut", () => {
    const sample = sampleReport();
    const { markup } = takeApart(
      renderReport({
        ...sample,
        summary: { ...sample.summary, aboveThreshold: 250 },
        newUsers: { ...sample.newUsers, total: 1203 },
      }),
    );
    expect(markup).toContain("244 more accesses are above the threshold");
    expect(markup).toContain("and 1,200 more");
  });
});
