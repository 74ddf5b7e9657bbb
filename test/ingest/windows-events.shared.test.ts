import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readModes } from "../../src/ingest/mode.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { rowsAsInDuckdb } from "./duckdb.js";
import { rowsOf } from "./helpers.js";

/** Every number here was counted by a program of its own, with Python's json, csv and gzip. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const data = join(resolve(root, process.env["BYOML_SHARED"] ?? "../shared"), "data");

beforeAll(() => {
  if (!existsSync(data)) throw new Error(`there is no folder ${data}; set BYOML_SHARED to the folder that holds data`);
});

describe("the Windows events of OTRF/Security-Datasets", () => {
  it.each(readModes)("give their file-share accesses and nothing else in %s mode", async (mode) => {
    const { table, report } = await readAccesses([join(data, "windows-events")], resolveSelection(), { mode });
    expect(report.discarded > 0).toBe(mode !== "strict");
    expect(report).toMatchObject({
      files: 4,
      lines: 144 + 572 + 1185 + 1715 - report.discarded,
      counted: 144 + 572,
      leftOut: {
        notSelected: 1185 + 1715 - report.discarded,
        outsideTime: 0,
        noUser: 0,
        noResource: 0,
        badField: 0,
        badWeight: 0,
        allowListed: 0,
      },
      noTime: 0,
      badLines: { count: 0, samples: [] },
      torn: [],
      firstDay: "2019-03-19",
      lastDay: "2023-07-19",
    });
    expect([table.length, table.users.size, table.resources.size, table.tenants.names]).toEqual([89, 21, 4, ["0"]]);
    expect(table.users.names.every((user) => /^[^\\]+\\[^\\]+$/.test(user))).toBe(true);
    const heaviest = rowsOf(table).filter((row) => row[4] === 87);
    expect(heaviest.map(([, user]) => user).sort()).toEqual(["shire\\ACCT001$", "shire\\HR001$", "shire\\IT001$"]);
    expect(Math.max(...table.weight)).toBe(87);
  });

  it("give the rows that DuckDB counts", async () => {
    const folder = join(data, "windows-events");
    const script = "test/ingest/duckdb_windows.py";
    expect(await rowsAsInDuckdb(script, folder, {}, { seen: join(folder, "*.jsonl.gz") })).toBe(89);
  });

  it.each([
    ["5140", 144],
    ["5145", 572],
  ])("have the known number of events %s", async (id, count) => {
    const { report } = await readAccesses([join(data, `windows-events/sec_${id}.jsonl.gz`)], resolveSelection());
    expect(report).toMatchObject({ lines: count, counted: count });
  });
});

describe("the LANL authentications", () => {
  it("give a row a user, computer and day", async () => {
    const selection = resolveSelection({ user: "src_user", resource: "dst_pc", time: "second" });
    const { table, report } = await readAccesses([join(data, "lanl-auth/events.csv.gz")], selection);
    expect(report).toMatchObject({ lines: 15_000, counted: 15_000, firstDay: "1970-01-01", lastDay: "1970-01-03" });
    expect(report.badLines.count).toBe(0);
    expect([table.length, table.users.size, table.resources.size]).toEqual([3312, 964, 382]);
    const perDay = [0, 0, 0];
    for (let row = 0; row < table.length; row++) perDay[table.day[row]] += table.weight[row];
    expect(perDay).toEqual([5000, 5000, 5000]);
    expect(rowsOf(table)).toContainEqual(["0", "U22@DOM1", "C586", 0, 253]);
  });
});
