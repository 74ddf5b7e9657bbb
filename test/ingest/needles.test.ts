import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScanEngine } from "../../src/ingest/engine.js";
import { type ReadMode, readModes } from "../../src/ingest/mode.js";
import { needlesOf } from "../../src/ingest/needles.js";
import { type ScanPart, scanPart } from "../../src/ingest/scanner.js";
import { type Condition, resolveSelection, type Selection } from "../../src/ingest/selection.js";
import { emptyPart, tableFrom } from "../../src/interactions/counted.js";
import { cutAt, memorySource, rowsOf } from "./helpers.js";
import { selected } from "./json-writings.js";
import { isHit } from "./needle-oracle.js";

/** A tenth of the files that `npm run fuzz` asks for, as each is read several times. */
const cases = Math.ceil(Number(process.env["BYOML_FUZZ"] ?? 4000) / 10);

const escapes = "\\u0123456789abcdefABCDEF";
const sorted = (characters: string) => [...new Set(characters)].sort().join("");
const of = (where: Condition[], more: Partial<Selection> = {}) => needlesOf({ ...resolveSelection(), ...more, where });
const leaveOut = (values: string[], ...fields: string[]): Condition => ({ fields, values, ifAbsent: "leave-out" });

describe("the needles of a selection", () => {
  it("by default are the events, and the resources of rows without an event", () => {
    const { texts, escaped } = needlesOf(resolveSelection())!;
    expect(texts).toEqual(["5140", "5145", "ShareName", '"res"']);
    expect(sorted(escaped)).toBe(sorted(`ShareNames${escapes}`));
  });

  it("are the values of a condition alone where rows without its field are left out", () => {
    expect(of([leaveOut(["5140", "5145"], "EventID")])).toEqual({ texts: ["5140", "5145"], escaped: "5140" });
  });

  it.each([
    ["a\\bc/efg", "efg"],
    ['say "hello"', "hello"],
    ["Ünal Öz", "nal "],
    ["tab\there", "here"],
    ["x".repeat(100), "x".repeat(32)],
  ])("of %j are the longest stretch that only \\u00XX can hide", (value, needle) => {
    const { texts, escaped } = of([leaveOut([value], "a")])!;
    expect([texts, sorted(escaped)]).toEqual([[needle], sorted(needle)]);
  });

  it.each(["名前", "é", "x", "\\/\\", "1", "a\\b"])(
    "are none where a value is %j, which has no such stretch",
    (value) => {
      expect(of([leaveOut(["5140", value], "a")])).toBeNull();
    },
  );

  it("are none without a condition", () => {
    expect(needlesOf(resolveSelection({ user: "u" }))).toBeNull();
    expect(of([leaveOut([], "a")])).toBeNull();
  });

  it("are those of the condition that leaves out rows without its field, then of the longest", () => {
    const [needNames] = resolveSelection().where;
    expect(of([needNames, leaveOut(["ab"], "a")])?.texts).toEqual(["ab"]);
    expect(of([leaveOut(["ab"], "a"), leaveOut(["longer", "abcd"], "b")])?.texts).toEqual(["longer", "abcd"]);
    expect(of([leaveOut(["é"], "a"), leaveOut(["abc"], "b")])?.texts).toEqual(["abc"]);
  });

  it("leave out what holds another", () => {
    expect(of([leaveOut(["5140", "15140", "5140", "514"], "a")])?.texts).toEqual(["514"]);
  });

  it("allow for escapes of escapes where a path may lead into a text", () => {
    expect(sorted(of([leaveOut(["xyz"], "a.b")])!.escaped)).toBe(sorted(`xyz${escapes}`));
    expect(sorted(of([leaveOut(["xyz"], ".ab")])!.escaped)).toBe("xyz");
  });

  it("are found in texts that hold texts that hold JSON, all of it in escapes", () => {
    const needles = of([leaveOut(["xyz"], "a.b.c")])!;
    const escaped = (text: string) =>
      text.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
    for (const times of [1, 2, 3, 4])
      expect(isHit(needles, Buffer.from(Array.from({ length: times }).reduce<string>(escaped, "xyz")))).toBe(true);
  });

  it("are of the user's keys where the resource's have none, and none where neither has", () => {
    const [needNames] = resolveSelection().where;
    expect(of([needNames], { resource: [{ field: "é" }], user: [{ field: "who" }] })?.texts).toContain('"who"');
    expect(of([needNames], { resource: [{ field: "é" }], user: [{ field: "名" }] })).toBeNull();
  });
});

/** Everything that may not depend on the mode, which is all but what becomes of records that are not selected. */
function essence({ pieces, counts }: ScanPart) {
  const [{ part = emptyPart() } = {}] = pieces;
  const table = tableFrom(structuredClone(part));
  const { lines, discarded, duplicateKeys, badLines, leftOut, ...rest } = counts;
  const { notSelected, ...others } = leftOut;
  const names = [table.tenants.names, table.users.names, table.resources.names];
  return { rows: rowsOf(table), names, repeats: part.repeats, ...rest, others, selected: lines - notSelected };
}

describe("lines in any writing of JSON", () => {
  it(
    `hold a needle where a record is selected, and give the same in each mode: ${cases.toLocaleString("en-US")} files`,
    async () => {
      let hits = 0;
      let counted = 0;
      const scan = (chunks: Uint8Array[], selection: Selection, mode: ReadMode) =>
        scanPart([memorySource(chunks)], new ScanEngine(selection, { key: 1n, mode }), { maxBadLines: 1000 });
      const bad = fc.constantFrom("", "", "", "}", ",", '"', "\u0001", "\ud800");
      await fc.assert(
        fc.asyncProperty(
          selected,
          fc.array(bad, { minLength: 6, maxLength: 6 }),
          fc.array(fc.nat(), { maxLength: 3 }),
          fc.boolean(),
          async ({ selection, lines }, ends, places, inEnvelope) => {
            const needles = needlesOf(selection);
            const bytesOf = (text: string) => Buffer.from(text.replace("\ud800", ""));
            for (const line of lines) {
              const { counts } = await scan([bytesOf(`${line}\n`)], selection, "strict");
              expect(counts).toMatchObject({ lines: 1, badLines: { count: 0 } });
              counted += counts.counted;
              if (counts.leftOut.notSelected === 0 && needles !== null) {
                expect(isHit(needles, bytesOf(line)), line).toBe(true);
                hits++;
              }
            }
            const broken = lines.map((line, i) => line + ends[i]);
            const whole = inEnvelope ? [...broken, `{"records":[${lines.join(", ")}]}`] : broken;
            const bytes = bytesOf(whole.map((line) => `${line}\n`).join(""));
            const chunks = cutAt(
              bytes,
              places.map((at) => at % (bytes.length + 1)),
            );
            const [fast, light, strict] = await Promise.all(readModes.map((mode) => scan(chunks, selection, mode)));
            expect(essence(fast)).toEqual(essence(strict));
            expect(essence(light)).toEqual(essence(strict));
            const passed = needles === null ? [] : whole.filter((line) => !isHit(needles, bytesOf(line)));
            expect([fast.counts.discarded, strict.counts.discarded]).toEqual([passed.length, 0]);
            const samples = strict.counts.badLines.samples.filter(({ line }) => !passed.includes(whole[line - 1]));
            expect(fast.counts.badLines).toEqual({ count: samples.length, samples });
          },
        ),
        { numRuns: cases },
      );
      // what was generated is worth something
      expect(Math.min(hits, counted)).toBeGreaterThan(cases / 2);
    },
    60_000 + cases * 100,
  );
});
