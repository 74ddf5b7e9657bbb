import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fuzz } from "./fuzz.js";
import { cutAt } from "./helpers.js";
import { comparison, expectSame, fields } from "./json-differential.js";
import { keptCases, type ScanCase } from "./kept-cases.js";
import { needleSets } from "./needle-sets.js";

/** `npm run fuzz` asks for a million. */
const cases = Number(process.env["BYOML_FUZZ"] ?? 3000);
if (!Number.isInteger(cases) || cases < 1) throw new Error("BYOML_FUZZ: expected an integer from 1");
const seed = Number(process.env["BYOML_FUZZ_SEED"] ?? randomInt(2 ** 31));
if (!Number.isInteger(seed)) throw new Error("BYOML_FUZZ_SEED: expected an integer");
const tell = (line: string) => void (cases > 3000 && process.stderr.write(`${line}\n`));

/** A file of one line for each string, each string at another distance from where vectors begin. */
const file = (strings: Iterable<string | Uint8Array>, before = '{"a":"', after = '"}') => {
  const parts: Uint8Array[] = [];
  for (const string of strings) {
    const pad = "p".repeat(parts.length % 37);
    parts.push(Buffer.from(before + pad), Buffer.from(string), Buffer.from(`${after}\n`));
  }
  return Buffer.concat(parts);
};

/** Each with needles of its own: one pair of bytes to look for, two, and more. */
const searches = needleSets.map((needles) => comparison(needles));
const searchOf = new Map(needleSets.map((needles, i) => [needles, searches[i]]));

function check({ bytes, cuts, longest, needles }: ScanCase): void {
  const compare = needles === undefined ? expectSame : (searchOf.get(needles) ?? comparison(needles));
  compare(cutAt(bytes, cuts), longest);
}

describe("the kernels, passing over lines, and JSON.parse", () => {
  it(
    `agree on ${cases.toLocaleString("en-US")} files in each mode, broken or not, however they are cut`,
    async () => {
      expect(await fuzz(check, { cases, seed, tell, needles: needleSets })).toEqual([]);
    },
    60_000 + cases * 20,
  );

  it("find a needle at any place of a line and of a chunk, and no part of one", () => {
    for (const [i, { texts, escaped }] of needleSets.entries()) {
      const unit = (character: string) => `\\u00${character.charCodeAt(0).toString(16)}`;
      const whole = [...texts, ...[...escaped].flatMap((c) => [unit(c), unit(c).toUpperCase().replace("U", "u")])];
      const parts = whole.flatMap((needle) => [
        needle.slice(0, -1),
        needle.slice(1),
        `${needle.slice(0, 1)} ${needle.slice(1)}`,
      ]);
      const lines = [
        ...whole,
        ...parts,
        ...parts.map((part) => `${part}\n${part}`),
        "\\u0100",
        "\\u00",
        "\\u007",
        "\\u00zz",
      ];
      const bytes = Buffer.concat(
        lines.flatMap((text, at) => [
          Buffer.from(`${"p".repeat((at * 7) % 61)}${text}${"q".repeat((at * 5) % 67)}\n`.repeat(1 + (at % 3))),
          Buffer.from(`{"a":"${"r".repeat((at * 11) % 200)}"}\n`.repeat(at % 5)),
        ]),
      );
      searches[i]([bytes]);
      searches[i](
        cutAt(
          bytes,
          Array.from({ length: 40 }, (_, piece) => Math.floor((piece * bytes.length) / 40)),
        ),
      );
    }
  });

  it("count the line feeds of long stretches that are passed over", () => {
    for (const compare of searches)
      for (const size of [0, 1, 15, 16, 31, 32, 33, 100, 4063, 4064, 4065, 8200]) {
        compare([Buffer.from("\n".repeat(size))]);
        compare([Buffer.from(`${"\n".repeat(size)}{"a":"needle","EventID":5140}\n${"{}\n".repeat(size)}`)]);
      }
  });

  it("do not take what was in the memory before for the start of a needle", () => {
    for (const phase of [0, 1, 2])
      searches[0]([Buffer.from(`${"p".repeat(phase)}${"nee".repeat(40)}\ndl`), Buffer.from("e\n")]);
  });

  it("hold lines to their limit where they are passed over too", () => {
    const line = (length: number) => `{"a":"${"x".repeat(length - 8)}"}`;
    const text = [100, 101, 99, 100, 300, 101, 20].map((length) => `${line(length)}\n`).join("");
    for (const compare of searches)
      for (const cut of [[], [150], [450], [500, 501, 700]]) compare(cutAt(Buffer.from(text + text), cut), 100);
  });
});

describe("the kernels and JSON.parse with a strict TextDecoder", () => {
  it(
    `agree on ${cases.toLocaleString("en-US")} files, broken or not, however they are cut`,
    async () => {
      expect(await fuzz(check, { cases, seed, tell })).toEqual([]);
    },
    60_000 + cases * 20,
  );

  it.each(keptCases())("agree on a case that was kept, %s", (_, kept) => check(kept));

  it("agree on every byte in a text, followed by the bytes at which UTF-8 has its bounds", () => {
    const bounds = [0, 0x1f, 0x22, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    for (const after of [[], [0x80], [0xbf, 0x80], [0x7f], [0x80, 0xc0]]) {
      const texts = bounds.flatMap((second) =>
        Array.from({ length: 256 }, (_, first) => Uint8Array.of(first, second, ...after)),
      );
      expectSame([file(texts)]);
    }
  });

  it("agree on every byte after a backslash, in the place of each digit of an escape, and outside of texts", () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10);
    expectSame([file(bytes.map((byte) => Uint8Array.of(0x5c, byte)))]);
    for (const digit of [0, 1, 2, 3])
      expectSame([file(bytes.map((byte) => Buffer.from("\\u0a9F").fill(byte, 2 + digit, 3 + digit)))]);
    for (const [before, after] of [
      ['{"a":', "}"],
      ['{"a":1', "}"],
      ['{"a":-0', "5}"],
      ['{"a":0.', "5}"],
      ['{"a":1e', "5}"],
      ['{"a"', ":1}"],
      ["{", '"a":1}'],
      ['{"a":[', "]}"],
      ['{"a":{}', "}"],
      ["", "{}"],
      ["{}", ""],
    ])
      expectSame([
        Buffer.concat(bytes.flatMap((byte) => [Buffer.from(before), Uint8Array.of(byte), Buffer.from(`${after}\n`)])),
      ]);
  });

  it("agree on a text of any length, with anything at its end, wherever a chunk is cut", () => {
    const ends = ["", '\\"', "\\\\", "\\ud83d\\ude00", "é", "😀", "\u0001", "\\"];
    const strings = ends.flatMap((end) => Array.from({ length: 70 }, (_, length) => "t".repeat(length) + end));
    const bytes = file(strings, '{"Account":"');
    expectSame([bytes]);
    for (let size = 1; size < 200; size += 13)
      expectSame(
        cutAt(
          bytes,
          Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => i * size),
        ),
      );
  });

  it("find every field by its name as it is and written in escapes, and no other name", () => {
    const unit = (code: string) => `\\u${code.charCodeAt(0).toString(16).padStart(4, "0")}`;
    const escaped = (name: string) => name.split("").map(unit).join("");
    const lines = fields.flatMap((name) => [
      `{${JSON.stringify(name)}:1}`,
      `{"${escaped(name)}":2}`,
      `{"${escaped(name)}x":3,"x${escaped(name)}":4}`,
      `{"a":{${JSON.stringify(name)}:{"c":5}},"a":{"${escaped(name)}":null}}`,
    ]);
    expectSame([Buffer.from(lines.join("\n"))]);
  });

  it("agree up to the depth that is allowed and beyond it, in every mixture of containers", () => {
    const lines: string[] = [];
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['[{"a":', "}]"],
    ])
      for (const field of ["a", "z", "records"])
        for (let levels = 508; levels < 1028; levels += levels < 515 || levels > 1018 ? 1 : 100)
          for (const rest of ["", "}", "]"])
            lines.push(`{"${field}":${open.repeat(levels)}1${close.repeat(levels)}${rest}}`);
    expectSame([Buffer.from(lines.join("\n"))]);
  });

  it("agree on lines that outgrow the memory, in pieces and at once", () => {
    const long = (length: number) => `{"a":"${"l\\u00e9".repeat(length / 7)}","Account":"after it"}\n`;
    const bytes = Buffer.from([`{"a":1}\n`, long(3_000_000), `{"a":2}\n`, long(900_000), `{"a":3}`].join(""));
    expectSame([bytes], 1 << 22);
    expectSame(
      cutAt(
        bytes,
        Array.from({ length: 60 }, (_, i) => i * 65_537),
      ),
      1 << 22,
    );
    expectSame(
      cutAt(
        bytes,
        Array.from({ length: 60 }, (_, i) => i * 65_537),
      ),
      1_000_000,
    );
  });

  it("agree on envelopes with more records than there is room for rows", () => {
    const records = Array.from({ length: 3000 }, (_, i) => (i % 997 === 5 ? "[5]" : `{"a":${i},"Account":"u${i}"}`));
    const envelope = `{"records":[${records.join(",")}]}`;
    expectSame([Buffer.from(`{"a":0}\n${envelope}\n${envelope}`)]);
    expectSame([Buffer.from(`${envelope.slice(0, -1)},"records":[{"a":{}}]}\n${envelope.slice(0, -2)}\n{"a":0}`)]);
  });
});
