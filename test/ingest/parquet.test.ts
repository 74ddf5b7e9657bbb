import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { errorOf, memorySource, planOf, rowsOf, scratchFolder } from "./helpers.js";

const { write } = scratchFolder();
const day = 20_455;
const at = new Date(day * 86_400_000 + 1);

const events = (rows: number, more = {}) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "unused", data: Array.from({ length: rows }, (_, i) => i) },
        { name: "EventID", data: Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? 4624 : 5140)), type: "INT32" },
        {
          name: "Account",
          data: Array.from({ length: rows }, (_, i) => (i === 1 ? null : `A\\u${i % 5}`)),
          type: "STRING",
        },
        { name: "ShareName", data: Array.from({ length: rows }, () => "\\\\*\\HR$"), type: "STRING" },
        { name: "TimeGenerated", data: Array.from({ length: rows }, () => at), type: "TIMESTAMP" },
      ],
      rowGroupSize: 100,
      ...more,
    }),
  );

describe("Parquet", () => {
  it("is read over all its row groups", async () => {
    const { table, report } = await readAccesses([write("a.parquet", events(1000))], resolveSelection());
    expect(report).toMatchObject({ lines: 1000, counted: 665, leftOut: { notSelected: 334, noUser: 1 }, noTime: 0 });
    expect(table.users.size).toBe(5);
    expect(table.weight.reduce((sum, weight) => sum + weight)).toBe(665);
    expect(new Set(table.day)).toEqual(new Set([day]));
  });

  it("gives the same from a stream as from a file, and packed with gzip as with snappy", async () => {
    const bytes = events(300);
    const { table } = await readAccesses([write("b.parquet", bytes)], resolveSelection());
    const stdin = Readable.from([Buffer.from(bytes.subarray(0, 999)), Buffer.from(bytes.subarray(999))]);
    const streamed = await readAccesses(["-"], resolveSelection(), { stdin, format: "parquet" });
    expect(rowsOf(streamed.table)).toEqual(rowsOf(table));
    const packed = events(300, { codec: "GZIP", compressors: { GZIP: (input: Uint8Array) => gzipSync(input) } });
    const { table: unpacked } = await readAccesses([write("c.parquet", packed)], resolveSelection());
    expect(rowsOf(unpacked)).toEqual(rowsOf(table));
  });

  it("takes numbers as names, bigints as times and doubles as weights, NaN as none", async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "u", data: [7n, 7n, 8n], type: "INT64" },
        { name: "r", data: [true, true, false], type: "BOOLEAN" },
        { name: "t", data: [1_767_312_000n, 1_767_312_000_000_000n, 0n], type: "INT64" },
        { name: "likelihood", data: [1.5, 2, Number.NaN], type: "DOUBLE" },
      ],
    });
    const selection = resolveSelection({ user: "u", resource: "r", time: "t", weight: "likelihood" });
    const { table, report } = await readAccesses([write("d.parquet", new Uint8Array(bytes))], selection);
    expect(rowsOf(table)).toEqual([["0", "7", "true", day, 3.5]]);
    expect(table.weightKind).toBe("likelihood");
    expect(report.leftOut.badWeight).toBe(1);
  });

  it("follows a dotted path into a column of JSON", async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "Properties", data: [{ upn: "a" }, { upn: 1 }, null], type: "JSON" },
        { name: "r", data: ["x", "x", "x"], type: "STRING" },
      ],
    });
    const selection = resolveSelection({ user: "Properties.upn", resource: "r" });
    const { table } = await readAccesses([write("e.parquet", new Uint8Array(bytes))], selection);
    expect(table.users.names).toEqual(["a", "1"]);
  });

  it("without a column that a flag names is an error that names the columns there are", async () => {
    const error = await errorOf(readAccesses([write("f.parquet", events(10))], resolveSelection({ user: "who" })));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/no column "who", which --user names; its columns are unused, EventID, Account/);
  });

  it("that is cut, damaged or something else is an error that names the file", async () => {
    const whole = events(300);
    const damaged = whole.slice();
    damaged.fill(0xff, 4, 2000);
    for (const bytes of [whole.subarray(0, whole.length - 9), damaged, Buffer.from("PAR1"), Buffer.alloc(0)]) {
      const error = await errorOf(readAccesses([write("g.parquet", bytes)], resolveSelection()));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/g\.parquet cannot be read as Parquet/);
    }
  });

  it("tells its bytes, and stops when it is told to", async () => {
    const bytes = events(500);
    const source = memorySource([bytes], "parquet");
    expect((await readAccesses(planOf(source), resolveSelection())).report.bytes).toBe(bytes.length);
    const reason = new Error("enough");
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort(reason) };
    await expect(readAccesses(planOf(source), resolveSelection(), options)).rejects.toBe(reason);
  });
});
