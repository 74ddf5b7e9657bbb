import { readdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { countAccesses } from "../../src/ingest/count.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { planInputs } from "../../src/ingest/sources.js";
import { NO_DAY } from "../../src/interactions/accesses.js";
import { errorOf, jsonLines, rowsOf, scratchFolder } from "./helpers.js";

const { folder, write } = scratchFolder();

const record = (k: number, likelihood: number, id: string) => ({
  tenant: `tenant ${k % 3}`,
  user: `a user with a name of some length, number ${k}`,
  res: `\\\\*\\share ${k % 9_001}`,
  likelihood,
  TimeGenerated: k % 5 === 0 ? undefined : `2026-01-${String(1 + (k % 28)).padStart(2, "0")}T00:00:00Z`,
  _ItemId: id,
});

/** Files of some pairs, most of which are in several files, with fractions; a tenth of the records is in all of them. */
const files = Array.from({ length: 4 }, (_, file) =>
  write(
    `${file}.jsonl`,
    jsonLines(
      ...Array.from({ length: 30_000 }, (_, n) => {
        if (n % 10 === 0) return record(n, n / 3, `${n}`);
        const k = (n * 7919 + file * 104_729) % 45_000;
        return record(k, ((k * 31 + file) % 1000) / 7, `${file} ${n}`);
      }),
    ),
  ),
);
const selection = resolveSelection();
const whole = await readAccesses(files, selection, { threads: 1 });
const small = 14 * 2 ** 20;

const read = (threads: number, memory: Partial<ReadOptions>) => {
  const readers = { cuts: { least: 0, most: 2e6, finest: 1e6, each: 2 }, counterBytes: small };
  return { threads, workFolder: folder, readers, ...memory };
};
const sorted = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort();

describe.each([1, 2])("on %i threads, with counters that are full time and again", (threads) => {
  it("a table has the rows, the counts and the sums, to the bit, of one that is held in memory", async () => {
    const { table, report } = await readAccesses(files, selection, read(threads, { memoryInBytes: 4e9 }));
    expect(report).toEqual(whole.report);
    expect(table.weightKind).toBe("likelihood");
    expect(sorted(rowsOf(table))).toEqual(sorted(rowsOf(whole.table)));
    expect(report.leftOut.repeated).toBeGreaterThan(1000);
    expect(readdirSync(folder).sort()).toEqual(["0.jsonl", "1.jsonl", "2.jsonl", "3.jsonl"]);
  });

  it("counts by way of the disk are the same, in their canonical order", async () => {
    const { accesses, report } = await countAccesses(files, selection, read(threads, {}));
    const rows: unknown[][] = [];
    for await (const { length, tenant, user, resource, day, weight } of accesses.batches())
      for (let n = 0; n < length; n++)
        rows.push([tenant[n], user[n], resource[n], day[n] === NO_DAY ? null : day[n], weight[n]]);
    accesses.close();
    expect(report).toEqual(whole.report);
    expect(sorted(rows)).toEqual(sorted(rowsOf(whole.table)));
    const keys = rows.map(([tenant, user, resource]) => [tenant, user, resource].join("\0"));
    expect(keys).toEqual(keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });
});

describe("a budget", () => {
  it("has room for a long line where counts have taken all else", async () => {
    const pairs = (from: number) =>
      jsonLines(...Array.from({ length: 60_000 }, (_, n) => ({ user: `user number ${from + n}`, res: `share ${n}` })));
    const long = `{"user":"u","res":"r","more":"${"x".repeat(20e6)}"}\n`;
    const path = write("long.jsonl", pairs(0) + long + pairs(60_000));
    const { report } = await readAccesses([path], selection, read(1, { memoryInBytes: 4e9 }));
    expect(report).toMatchObject({ counted: 120_001, badLines: { count: 0 } });
    rmSync(path);
  });

  it("has what is read ahead in it", async () => {
    const plan = { ...(await planInputs(files)), aheadInBytes: 5e9 };
    const options = { threads: 1, workFolder: folder, memoryInBytes: 4e9 };
    const error = await errorOf(readAccesses(plan, selection, options));
    expect(Number(/expected at least (\d+) MB/.exec(error.message)![1])).toBeGreaterThan(5000);
    expect((await readAccesses({ ...plan, aheadInBytes: 5e6 }, selection, options)).report).toEqual(whole.report);
  });

  it("that the table does not fit says how much would do, and leaves nothing", async () => {
    const error = await errorOf(readAccesses(files, selection, read(1, { memoryInBytes: 1e6 })));
    expect(error.message).toMatch(/memoryInBytes: expected at least \d+ MB/);
    expect(readdirSync(folder).sort()).toEqual(["0.jsonl", "1.jsonl", "2.jsonl", "3.jsonl"]);
  });
});
