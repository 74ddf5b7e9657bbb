/*
 * What a hostile line gets: a test for each row of the table of answers. The accesses around it are counted, and what became of it is
 * in the report, with its line and offset. The lines hold 5140, so that every mode reads them: the answers are the same in all.
 */
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { type ReadMode, readModes } from "../../src/ingest/mode.js";
import { type ReadReport, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import type { ByteSource } from "../../src/ingest/sources.js";
import { errorOf, event, eventDay, line, planOf, readText, rowsOf } from "./helpers.js";

const good = line();
const around = Buffer.byteLength(good);

/** A good line, the hostile bytes, a good line. */
async function readBetween(mode: ReadMode, hostile: readonly (string | readonly number[])[]) {
  const parts = hostile.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part)));
  const read = await readText(Buffer.concat([Buffer.from(good), ...parts, Buffer.from(`\n${good}`)]), {}, { mode });
  expect(rowsOf(read.table)[0]).toEqual(["t1", "CONTOSO\\ann", "\\\\*\\HR$", eventDay, expect.any(Number)]);
  return read;
}

/** Exactly one bad line, the second, told with its offset. */
function expectBad(report: ReadReport, message: RegExp): void {
  expect(report).toMatchObject({ lines: 2, counted: 2, torn: [] });
  const sample = { file: "memory", line: 2, offset: around, message: expect.stringMatching(message) };
  expect(report.badLines).toEqual({ count: 1, samples: [sample] });
}

/** A line that is never whole in memory, between good ones: `{"EventID":5140,"a":"xxx…"}` of so many bytes. */
function longLine(bytes: number): ByteSource {
  const chunk = Buffer.alloc(1 << 20, "x");
  return {
    ...{ name: "memory", format: "json" as const, gzip: false },
    async *open() {
      yield Buffer.from(`${good}{"EventID":5140,"a":"`);
      for (let left = bytes - 23; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
      yield Buffer.from(`"}\n${good}`);
    },
  };
}

describe.each(readModes)("what a hostile line gets, in mode %s", (mode) => {
  const between = (...hostile: (string | readonly number[])[]) => readBetween(mode, hostile);

  it("a line of 200 MB: past the limit it is skipped, counted, and its offset told", async () => {
    const { report } = await readAccesses(planOf(longLine(200e6)), resolveSelection(), { mode });
    expectBad(report, /^is longer than 67,108,864 bytes and was skipped$/);
  });

  it("a line of 200 MB: memory holds no more of it than the limit", async () => {
    const before = process.memoryUsage().rss;
    const { report } = await readAccesses(planOf(longLine(200e6)), resolveSelection(), { mode, maxLineInBytes: 1e6 });
    expectBad(report, /^is longer than 1,000,000 bytes and was skipped$/);
    // Half of the line: what else goes on in the process is far below.
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it("a line of 200 MB: within a limit that was raised it is a record as any other", async () => {
    const { report } = await readAccesses(planOf(longLine(200e6)), resolveSelection(), { mode, maxLineInBytes: 250e6 });
    expect(report).toMatchObject({ lines: 3, counted: 2, leftOut: { noUser: 1 }, badLines: { count: 0 } });
  });

  it("a torn last line: held back, and the offset to resume at is told", async () => {
    const { report } = await readText(`${good}${good.slice(0, -20)}`, {}, { mode });
    expect(report).toMatchObject({ lines: 1, counted: 1, badLines: { count: 0 } });
    expect(report.torn).toEqual([{ file: "memory", offset: around }]);
  });

  it.each<[string, (string | number[])[], RegExp]>([
    ["a NUL", ['{"EventID":5140,"a":"\0"}'], /is not JSON/],
    ["a bad escape", ['{"EventID":5140,"a":"\\q"}'], /is not JSON/],
    ["a bad escape of a code", ['{"EventID":5140,"a":"\\u12G4"}'], /is not JSON/],
    ["a control character", ['{"EventID":5140,"a":"\u0007"}'], /is not JSON/],
    ["a tab in a text", ['{"EventID":5140,"a":"\t"}'], /is not JSON/],
    ["invalid UTF-8", ['{"EventID":5140,"a":"', [0xff], '"}'], /is not UTF-8/],
    ["a code of UTF-8 that is cut", ['{"EventID":5140,"a":"', [0xe5, 0x90], '"}'], /is not UTF-8/],
  ])("%s: invalid, counted, its offset told", async (_, hostile, message) => {
    expectBad((await between(...hostile)).report, message);
  });

  it("a byte order mark: stripped at offset 0, invalid elsewhere", async () => {
    const { report } = await readText(`\ufeff${good}\ufeff${good}`, {}, { mode });
    expect(report).toMatchObject({ counted: 1, badLines: { count: 1, samples: [{ line: 2, offset: 3 + around }] } });
  });

  it.each([
    ["with a mark", Buffer.from(`\ufeff${good}`, "utf16le")],
    ["without a mark", Buffer.from(good, "utf16le")],
    ["big-endian", Buffer.from(`\ufeff${good}`, "utf16le").swap16()],
  ])("UTF-16 %s: detected, a clear error", async (_, bytes) => {
    const error = await errorOf(readText(bytes, {}, { mode }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe("memory is UTF-16, expected UTF-8");
    expect(error.hint).toContain("iconv");
  });

  it("CR LF: as well as LF", async () => {
    const { report } = await readText(good.replace("\n", "\r\n").repeat(3), {}, { mode });
    expect(report).toMatchObject({ lines: 3, counted: 3, badLines: { count: 0 }, torn: [] });
  });

  it("CR only: invalid, with a hint", async () => {
    for (const end of ["\r", "\n", ""]) {
      const error = await errorOf(readText(`${good.trim()}\r${good.trim()}${end}`, {}, { mode }));
      expect(error.message).toContain("it holds carriage returns without line feeds; end lines with line feeds");
    }
  });

  it("duplicate keys: the last wins, counted", async () => {
    const twice = `{"EventID":1,"Account":"a","Account":"b","Acc\\u006funt":"c","ShareName":"r","ShareName":"s","EventID":5140}`;
    const { table, report } = await between(twice);
    expect(rowsOf(table)).toContainEqual(["0", "c", "s", null, 1]);
    // Lines that have some, not keys.
    expect(report.duplicateKeys).toBe(1);
    expect((await between('{"EventID":5140,"Account":"a","ShareName":"s","Account":null}')).report).toMatchObject({
      counted: 2,
      leftOut: { noUser: 1 },
      duplicateKeys: 1,
    });
  });

  it("a key __proto__: as any other, since no objects of JavaScript are made", async () => {
    const hostile = `{"__proto__":{"EventID":5140,"Account":"evil","polluted":1},"ShareName":"s","EventID":5140}`;
    const { table, report } = await between(hostile);
    expect(report).toMatchObject({ lines: 3, counted: 2, leftOut: { noUser: 1 } });
    expect(table.users.names).toEqual(["CONTOSO\\ann"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const named = await readText(`${hostile}\n`, { user: "__proto__.Account", resource: "ShareName" }, { mode });
    expect(named.table.users.names).toEqual(["evil"]);
  });

  it.each([
    ["null", { Account: null }, "noUser"],
    ["missing", { Account: undefined }, "noUser"],
    ["empty", { Account: "" }, "noUser"],
    ["a number", { Account: 5140 }, "badField"],
    ["an object", { Account: { name: "ann" } }, "badField"],
    ["an array", { Account: ["ann"] }, "badField"],
  ])("Account %s: counted by itself, and a later name is taken", async (_, hostile, reason) => {
    const { report } = await between(JSON.stringify(event(hostile)));
    const none = {
      notSelected: 0,
      outsideTime: 0,
      noUser: 0,
      noResource: 0,
      badField: 0,
      badWeight: 0,
      allowListed: 0,
    };
    expect(report).toMatchObject({ lines: 3, counted: 2, leftOut: { ...none, [reason]: 1 } });
    const named = await between(JSON.stringify(event({ ...hostile, SubjectUserName: "bob" })));
    expect(named.table.users.names).toEqual(["CONTOSO\\ann", "bob"]);
  });

  it.each([
    ["a trailing comma", '{"EventID":5140,"a":1,}'],
    ["a trailing comma in an array", '{"EventID":5140,"a":[1,]}'],
    ["NaN", '{"EventID":5140,"a":NaN}'],
    ["Infinity", '{"EventID":5140,"a":-Infinity}'],
    ["garbage after the brace", '{"EventID":5140,"a":1}}'],
    ["a second record", '{"EventID":5140,"a":1} {"a":2}'],
    ["a comment", '{"EventID":5140,"a":1} // x'],
  ])("%s: invalid", async (_, hostile) => {
    expectBad((await between(hostile)).report, /is not JSON/);
  });

  it.each([
    ["on one line", (records: string[]) => `[${records.join(",")}]\n`, /is a JSON array: expected JSON lines/],
    [
      "a record a line",
      (records: string[]) => `[${records.join(",\n")}]\n`,
      /starts a JSON array: expected JSON lines/,
    ],
    [
      "on many lines",
      (records: string[]) => `[\n${records.join(",\n")}\n]\n`,
      /JSON array: expected JSON lines, one object a line/,
    ],
  ])("an array around the whole file, %s: invalid, with a hint", async (_, file, message) => {
    const records = Array.from({ length: 5 }, () => good.trim());
    const error = await errorOf(readText(file(records), {}, { mode, maxBadLines: 0 }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain("jq -c '.[]' FILE");
  });

  it.each([
    ["objects", '{"a":', "}"],
    ["arrays", "[", "]"],
  ])("a depth of 100,000 %s: past the limit of 1,024, counted", async (_, open, close) => {
    const nested = (depth: number) => `{"EventID":5140,"a":${open.repeat(depth - 1)}1${close.repeat(depth - 1)}}`;
    expectBad((await between(nested(100_000))).report, /^is nested deeper than 1,024 levels$/);
    expectBad((await between(nested(1025))).report, /^is nested deeper than 1,024 levels$/);
    expect((await between(nested(1024))).report).toMatchObject({ lines: 3, badLines: { count: 0 } });
  });

  it.each([
    ["2026-01-02T20:00:00-05:00", "2026-01-03"],
    ["2026-01-02T19:00:00.9999999-0500", "2026-01-03"],
    ["2026-01-03T05:29:59+05:30", "2026-01-02"],
    ["2026-01-02T23:59:59Z", "2026-01-02"],
    ["2026-01-02 23:59:59", "2026-01-02"],
  ])("a time with an offset, %s: converted to UTC, %s", async (TimeGenerated, day) => {
    const { report } = await readText(line({ TimeGenerated }), {}, { mode });
    expect([report.firstDay, report.lastDay, report.noTime]).toEqual([day, day, 0]);
  });
});

describe("a bad line that no search finds", () => {
  it("is noticed where every line is parsed, and counts nowhere", async () => {
    for (const mode of readModes) {
      const { report } = await readText(`${good}{"a":1,}\n${good}`, {}, { mode });
      expect(report).toMatchObject({ counted: 2, badLines: { count: mode === "strict" ? 1 : 0 } });
    }
  });
});
