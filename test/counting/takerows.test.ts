import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SelectionOptions } from "../../src/ingest/selection.js";
import { scan } from "./rows.js";

/** JSON that `JSON.stringify` writes, with some of its characters as escapes instead. */
const written = (text: string, escapes: readonly boolean[]) =>
  `"${[...text]
    .map((character, n) => {
      const code = character.charCodeAt(0);
      if (character.length === 1 && escapes[n % escapes.length])
        return `\\u${code.toString(16).padStart(4, "0")[n % 2 ? "toUpperCase" : "toLowerCase"]()}`;
      return JSON.stringify(character).slice(1, -1);
    })
    .join("")}"`;

const name = fc.oneof(
  fc.constantFrom(
    "",
    "ann",
    "CONTOSO\\bob",
    "\\\\*\\share",
    "müller",
    "王😀",
    "\ud800",
    "a\udc00b",
    "svc-1",
    "0",
    "true",
  ),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const text = fc.tuple(name, fc.array(fc.boolean(), { minLength: 1, maxLength: 5 })).map((parts) => written(...parts));
const time = fc
  .oneof(
    fc.constantFrom(
      "2024-05-06T01:02:03.1234567Z",
      "1601-01-01T00:00:00Z",
      "1600-12-31T23:59:59Z",
      "9999-12-31T23:59:59.9999999Z",
      "0001-01-01T00:00:00Z",
      "2024-02-29",
      "2023-02-29",
      "2024-05-06 23:30:00-05:00",
      "2024-05-06T00:15:00+0530",
      "2024-05-06T00:15+14",
      "2024-05-06T24:00:00Z",
      "2016-12-31T23:59:60Z",
      "1969-12-31T23:59:59.999Z",
      "2024-05-06T01:02:03.Z",
      "2024-05-06T01:02:03,5z",
      "2024-05-06T01:02:3Z",
      "1714953723",
      "1714953723000.5",
      "noon",
    ),
    fc
      .tuple(fc.integer({ min: 1500, max: 10_100 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
      .map(
        ([year, month, day]) =>
          `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T23:59:59.9999999Z`,
      ),
    fc.string({ unit: fc.constantFrom(..."0123456789-:T.Zz+ "), maxLength: 30 }),
  )
  .map((value) => JSON.stringify(value));
const number = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1",
    "42",
    "42.0",
    "0.10",
    "-3.50",
    "1714953723",
    "1714953723123",
    "9007199254740991",
    "0.1",
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((value) => value.toFixed(4)),
);
const other = fc.constantFrom("null", "true", "false", "{}", "[]", "[1]", '{"b":1}', '{"b":"x"}', '{"b":{"c":"y"}}');
const value = fc.oneof({ weight: 4, arbitrary: text }, { weight: 2, arbitrary: number }, other, time);
const nested = fc.oneof(
  value,
  fc.dictionary(fc.constantFrom("b", "c"), value).map(objectOf),
  fc.dictionary(fc.constantFrom("b", "c"), value).map((fields) => JSON.stringify(objectOf(fields))),
);

function objectOf(fields: Record<string, string>): string {
  return `{${Object.entries(fields)
    .map(([key, json]) => `${JSON.stringify(key)}:${json}`)
    .join(",")}}`;
}

const windows = fc.record(
  {
    EventID: fc.constantFrom("5140", '"5140"', "5145", "4624", '"\\u0035140"', "null", '""'),
    Account: text,
    SubjectUserName: text,
    SubjectDomainName: text,
    ShareName: text,
    TenantId: text,
    TimeGenerated: time,
    event_data: fc
      .dictionary(fc.constantFrom("SubjectUserName", "SubjectDomainName", "ShareName"), value)
      .map(objectOf),
    user: value,
    res: value,
    likelihood: fc.oneof(number, value),
    _ItemId: fc.constantFrom('"a"', '"b"', '"\\u0061"', "1", "null"),
  },
  { requiredKeys: [] },
);
const general = fc.record(
  { u: value, r: value, a: nested, "a.b": value, t: time, w: number, k: value, id: value },
  { requiredKeys: [] },
);

const selections: readonly SelectionOptions[] = [
  {},
  { since: "2024-05-01", until: "2024-06-01" },
  { where: ["EventID=5140"] },
  { user: "u", resource: "r" },
  { user: "u", resource: "a.b", tenant: "a.c", time: "t", weight: "w", recordId: "id" },
  {
    user: "a.b.c",
    resource: "r",
    where: ["k=ann,CONTOSO\\bob,0,true,müller", "a.b=1,x,0"],
    weight: "a.b",
    recordId: "a.b",
  },
];
const allowLists = fc.constantFrom(undefined, "ann\nsvc-*\n", "*\\bob");

describe("the kernels and the rules in words", () => {
  it("count the same accesses and leave out the same records", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(windows, general), { maxLength: 30 }),
        fc.constantFrom(...selections),
        allowLists,
        async (records, options, allowList) => {
          const lines = records.map((record) => `${objectOf(record as Record<string, string>)}\n`).join("");
          expect(await scan("kernels", lines, options, allowList)).toEqual(
            await scan("words", lines, options, allowList),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("are both asked: most rows are decided by the kernels alone", async () => {
    const line =
      '{"EventID":5140,"Account":"D\\\\u","ShareName":"\\\\\\\\*\\\\s","TimeGenerated":"2024-05-06T01:02:03Z"}\n';
    const { counts, rows } = await scan("kernels", line.repeat(1000), {});
    expect(counts).toMatchObject({ lines: 1000, counted: 1000 });
    expect(rows).toEqual([[["0", "D\\u", "\\\\*\\s", 19_849, 1000]]]);
  });
});
