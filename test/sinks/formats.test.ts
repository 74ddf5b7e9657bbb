import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { resultBatches, resultColumns } from "../../src/sinks/results.js";
import { formatOf } from "../../src/sinks/target.js";
import { writeResults } from "../../src/sinks/write.js";
import { pairsOf, type Row, tableOf } from "../cli/miniature.js";
import { folder } from "../cli/terminal.js";

const names = [
  "ann",
  "=1+1",
  "+x",
  "-x",
  "@x",
  "\tx",
  "\rx",
  'a"b',
  "a,b",
  "a\nb",
  "王",
  "\u001b[31m",
  "'x",
  "  x",
  "\ud800",
];
const scores = [1.5, Number.POSITIVE_INFINITY, Number.NaN, -2.25, 0];

const rows: Row[] = names.flatMap((user, i) =>
  names.map((res, j) => ({ tenant: `t${i % 3}`, user, res: `${res}${j}` })),
);
const table = tableOf(rows);
const pairs = pairsOf(
  table,
  rows.map((_, i) => scores[i % scores.length]),
);
/** As UTF-8 holds it: half a surrogate pair becomes U+FFFD. */
const utf8 = (text: string) => Buffer.from(text).toString();
const reasonOf = (score: number) =>
  Number.isNaN(score) ? "unknown-user" : score === Number.POSITIVE_INFINITY ? "disconnected" : "scored";

/** Written in small batches, so that their seams are tested. */
async function written(name: string): Promise<Buffer> {
  const path = join(folder(), name);
  const size = await writeResults(path, formatOf(path), resultBatches(table, pairs, undefined, 7));
  const bytes = readFileSync(path);
  expect(bytes.length).toBe(size);
  return bytes;
}

describe("JSON lines", () => {
  it.each(["s.jsonl", "s.json", "s.NDJSON"])("give every row back: %s", async (name) => {
    const lines = (await written(name)).toString().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      rows.map(({ tenant, ...names }, i) => {
        const score = scores[i % scores.length];
        const [user, res] = [utf8(names.user), utf8(names.res)];
        return { tenant, user, res, anomaly_score: Number.isFinite(score) ? score : null, reason: reasonOf(score) };
      }),
    );
    expect(Object.keys(JSON.parse(lines[0]))).toEqual([...resultColumns]);
  });
});

describe("CSV", () => {
  it("gives every row back, with an apostrophe before what a spreadsheet would run", async () => {
    const inert = (name: string) => utf8(/^[=+\-@\t\r]/.test(name) ? `'${name}` : name);
    const records: string[][] = parse(await written("s.csv"));
    expect(records).toEqual([
      [...resultColumns],
      ...rows.map(({ tenant = "", user, res }, i) => {
        const score = scores[i % scores.length];
        return [tenant, inert(user), inert(res), Number.isNaN(score) ? "" : String(score), reasonOf(score)];
      }),
    ]);
  });

  it("leaves negative scores numbers", async () => {
    expect((await written("s.csv")).toString()).toContain(",-2.25,scored\n");
  });
});

describe("Parquet", () => {
  it("gives every row back, Infinity and null too", async () => {
    const bytes = await written("s.parquet");
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toEqual(
      rows.map(({ tenant, user, res }, i) => {
        const score = scores[i % scores.length];
        return {
          tenant,
          user: utf8(user),
          res: utf8(res),
          anomaly_score: Number.isNaN(score) ? null : score,
          reason: reasonOf(score),
        };
      }),
    );
    const types = parquetMetadata(file)
      .schema.slice(1)
      .map(({ name, type }) => `${name} ${type}`);
    expect(types).toEqual(resultColumns.map((name) => `${name} ${name === "anomaly_score" ? "DOUBLE" : "BYTE_ARRAY"}`));
  });

  it("can be empty", async () => {
    const path = join(folder(), "s.parquet");
    await writeResults(path, "parquet", []);
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toEqual([]);
  });
});
