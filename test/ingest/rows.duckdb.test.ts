import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeExports } from "../../bench/data/exports.mjs";
import { rowsAsInDuckdb } from "./duckdb.js";

const share = { tenant: "TenantId", user: "Account", resource: "ShareName", time: "TimeGenerated" };
const accesses = { ...share, where: ["EventID=5140"] };
const counts = "bench/peers/duckdb_counts.py";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "byoml-exports-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** On the calling thread, and on two workers however little there is to read; the last reads every line of it exactly. */
const readings = [
  { threads: 1 },
  { threads: 2, readers: { cuts: { least: 0, most: 1e6, each: 4 } } },
  { threads: 1, mode: "strict" as const },
];

describe("the counted rows of generated exports are those of DuckDB", () => {
  it.each([
    ["a tenth of the events are share accesses", { bytes: 8e6 }, 200],
    ["all of them are", { bytes: 6e6, allMatch: true }, 2000],
    ["in gzip", { bytes: 4e6, gzip: true, seed: 8 }, 100],
    ["in one file", { bytes: 4e6, files: 1, seed: 9 }, 100],
  ])("where %s", async (name, options, atLeast) => {
    const path = join(folder, name);
    await writeExports(path, options);
    for (const reading of readings)
      expect(await rowsAsInDuckdb(counts, path, accesses, reading)).toBeGreaterThan(atLeast);
  });

  it("and a row that differs is found", async () => {
    const path = join(folder, "differs");
    await writeExports(path, { bytes: 1e6, files: 4 });
    await expect(rowsAsInDuckdb(counts, path, { ...accesses, where: ["EventID=5145"] })).rejects.toThrow(
      /byoml and DuckDB do not agree; rows that differ: \d+, the first:/,
    );
  });
});

describe("the counted rows of Windows events are those of DuckDB", () => {
  const script = "test/ingest/duckdb_windows.py";

  it("of three collectors", async () => {
    const fixture = fileURLToPath(new URL("../fixtures/windows-events/shares.jsonl", import.meta.url));
    expect(await rowsAsInDuckdb(script, fixture, {})).toBe(6);
  });

  it("with fields that are empty, null, nested, escaped or missing, and days that an offset moves", async () => {
    const event = { EventID: 5140, ShareName: "\\\\*\\s", TimeGenerated: "2026-01-02T03:04:05Z" };
    const events = [
      { ...event, Account: "A\\ann" },
      { ...event, EventID: "5145", Account: "A\\ann" },
      { ...event, EventID: 4624, Account: "A\\ann" },
      { ...event, Account: "", SubjectUserName: "bob", SubjectDomainName: "" },
      { ...event, Account: null, SubjectUserName: "bob", SubjectDomainName: "D" },
      { ...event, Account: 'Ünal "名前" 😀\t\\', TenantId: "t1" },
      { ...event, SubjectUserName: null },
      { ...event, Account: "x", ShareName: null },
      {
        event_id: 5140,
        event_data: { SubjectUserName: "n", ShareName: "s" },
        "@timestamp": "2026-01-02T23:30:00-05:00",
      },
      {
        winlog: { event_id: 5145, event_data: { SubjectUserName: "n", SubjectDomainName: "D", ShareName: "s" } },
        "@timestamp": "2026-01-02 23:30:00.1234567Z",
      },
    ];
    const path = join(folder, "odd.jsonl");
    writeFileSync(path, events.map((one) => `${JSON.stringify(one)}\n`).join(""));
    expect(await rowsAsInDuckdb(script, path, {})).toBe(6);
  });
});
