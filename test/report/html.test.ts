import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedJson, html, inlineName, MAX_NAME, name, trusted } from "../../src/report/html.js";

describe("html", () => {
  it("escapes what is put in and keeps what it made", () => {
    const inner = html`<b>${"a<b"}</b>`;
    expect(html`<p title="${"\"&'"}">${[inner, "&", null, 5]}</p>`.text).toBe(
      '<p title="&quot;&amp;&#39;"><b>a&lt;b</b>&amp;5</p>',
    );
    expect(html`${trusted("<i>")}`.text).toBe("<i>");
  });

  it("embeds any JSON so that nothing ends the element and it parses back", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = embeddedJson(value);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(embeddedJson("</script>\u2028")).toBe('"\\u003c/script\\u003e\\u2028"');
  });
});

describe("a name in HTML", () => {
  it("is isolated in its direction, with hidden characters set apart", () => {
    expect(inlineName("a\u202eb").text).toBe(
      '<bdi class="name">a<span class="hidden" title="a hidden character">\\u{202e}</span>b</bdi>',
    );
  });

  it("that is long is cut in the middle and can be unfolded whole", () => {
    const long = `start${"x".repeat(10_000)}end`;
    const { text } = name(long);
    const short = /<summary[^>]*><bdi>(.*?)<\/bdi>/.exec(text)![1]!;
    expect([...short]).toHaveLength(MAX_NAME);
    expect(short).toMatch(/^start.*…x+end$/);
    expect(/<bdi class="whole">(.*?)<\/bdi>/.exec(text)![1]).toBe(long);
    expect(/title="(.*?)"/.exec(text)![1]!.length).toBeLessThan(700);
  });

  it("of nothing to see is named by what it is", () => {
    expect(name("").text).toContain("(empty)");
    expect(name("  \u00a0").text).toContain("(blank, 3 long)");
  });
});
