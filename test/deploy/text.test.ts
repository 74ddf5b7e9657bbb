import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { literal, quoted as quotedForArm } from "../../src/deploy/template/arm.js";
import { block, quoted as quotedForBicep } from "../../src/deploy/template/bicep.js";
import { dockerWords } from "../../src/deploy/text/docker.js";
import { cell, code } from "../../src/deploy/text/markdown.js";
import { powershell } from "../../src/deploy/text/powershell.js";
import { shell } from "../../src/deploy/text/shell.js";
import { systemdVariable, systemdWord } from "../../src/deploy/text/systemd.js";
import { parseBicepValue } from "./bicep.js";

/** Text of all kinds, more often of what means something somewhere. */
const special = fc.constantFrom(
  ..."'\"`\\$%{}[]()|;&<>#!*?~^=@:,./- \n\t\u2018\u2019\u201b\u2028\u0007é漢",
  "'''",
  "${",
  "]]",
  "$(",
  "&&",
);
const hostileText = fc
  .array(fc.oneof(special, fc.string({ unit: "grapheme" })), { maxLength: 12 })
  .map((parts) => parts.join("").replaceAll("\0", ""));

describe("words of a shell", () => {
  it("come back from /bin/sh as they were", () =>
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 20 }), (words) => {
        const script = `for word in ${words.map(shell).join(" ")}; do printf '%s\\0' "$word"; done`;
        const out = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });
        expect(out.split("\0").slice(0, -1)).toEqual(words.map((word) => word.toWellFormed()));
      }),
      { numRuns: 40 },
    ));

  it("are refused where no word can hold them", () => {
    expect(() => shell("a\0b")).toThrow("null character");
  });
});

describe("literals of PowerShell", () => {
  it("end where they should: each of the quotes it knows is doubled", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        const written = powershell(text);
        const inner = written.slice(1, -1);
        expect(written[0] + written.at(-1)).toBe("''");
        expect(inner.replace(/(['\u2018-\u201b])\1/g, "")).not.toMatch(/['\u2018-\u201b]/);
        expect(inner.replace(/(['\u2018-\u201b])\1/g, "$1")).toBe(text);
      }),
    ));
});

describe("texts in Bicep", () => {
  it("come back as they were, in one line and in several", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(parseBicepValue(quotedForBicep(text))).toBe(text);
        expect(parseBicepValue(block(text))).toBe(text);
        expect(quotedForBicep(text)).not.toContain("\n");
      }),
    ));

  it("stand as they are where they have several lines and nothing special", () => {
    expect(block("a\n| where b == 'c'\n")).toBe("'''\na\n| where b == 'c'\n'''");
    expect(block("ends with a quote\n'")).toBe("'ends with a quote\\n\\''");
  });
});

describe("texts in ARM", () => {
  it("are not taken for expressions", () => {
    expect(literal("[concat('a')]")).toBe("[[concat('a')]");
    expect(literal("[open")).toBe("[open");
    expect(quotedForArm("it's")).toBe("'it''s'");
  });
});

describe("words in a unit of systemd", () => {
  it("come back as they were by systemd's rules", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        const word = systemdWord(text);
        expect(word).not.toMatch(/[\n\r]/);
        expect(unquoted(word)).toBe(text);
      }),
    ));

  it("as variables of a file come back from a shell, which has the same rules within double quotes", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(!/[\n\r]/.test(text));
        const out = execFileSync("/bin/sh", ["-c", `${systemdVariable("NAME", text)}; printf %s "$NAME"`], {
          encoding: "utf8",
        });
        expect(out).toBe(text.toWellFormed());
      }),
      { numRuns: 40 },
    ));

  it("are refused where a variable would be more than a line", () => {
    expect(() => systemdVariable("NAME", "a\nOTHER=b")).toThrow("NAME");
  });
});

/** A word of ExecStart= as systemd.syntax(7) and systemd.service(5) read it. */
function unquoted(word: string): string {
  const inner = word.startsWith('"') ? word.slice(1, -1) : word;
  if (word.startsWith('"')) expect(inner.replace(/\\./g, "")).not.toContain('"');
  else expect(word).toMatch(/^\S+$/);
  const plain = inner.replace(/\\(x([0-9a-f]{2})|.)/g, (_, one: string, hex?: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : one,
  );
  expect(plain.replaceAll("%%", "").replaceAll("$$", "")).not.toMatch(/[%$]/);
  return plain.replaceAll("%%", "%").replaceAll("$$", "$");
}

describe("words of a Dockerfile", () => {
  it("are JSON on one line", () =>
    fc.assert(
      fc.property(fc.array(hostileText), (words) => {
        const line = dockerWords(words);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toEqual(words);
      }),
    ));
});

describe("texts in YAML", () => {
  it("come back as they were", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(parse(stringify({ text }, { lineWidth: 0, blockQuote: "literal" }))).toEqual({ text });
      }),
    ));
});

describe("texts in Markdown", () => {
  it("as code stay on their line, and in their cell of a table", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(code(text)).not.toMatch(/[\n\r]/);
        expect(cell(text).replaceAll("\\|", "")).not.toContain("|");
      }),
    ));

  it("as code end at their own fence and not before", () =>
    fc.assert(
      fc.property(hostileText, (text) => {
        const written = code(text);
        const fence = /^`+/.exec(written)![0];
        expect(written.endsWith(fence)).toBe(true);
        expect(written.slice(fence.length, -fence.length).match(/`+/g) ?? []).not.toContain(fence);
      }),
    ));
});
