import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NO_DAY } from "../../src/interactions/accesses.js";
import { type MergeOptions, mergeRuns } from "../../src/spill/merge.js";
import { writeRun } from "../../src/spill/run.js";
import { WorkFolder } from "../../src/store/work-folder.js";
import { type Access, counted, partOf, remembering, rowsOf } from "./parts.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "byoml-spill-"));
});
afterEach(() => {
  expect(readdirSync(root)).toEqual([]);
  rmSync(root, { recursive: true });
});

type Options = Omit<MergeOptions, "folder">;

/** Merges the parts by way of the disk; small plans stand for small budgets. */
async function merged(parts: readonly (readonly Access[])[], options: Options = {}) {
  const folder = new WorkFolder(root);
  const runs = parts.map((part, n) => writeRun(folder.path, `run-${n}`, partOf(part, options.weighted ?? false)));
  return mergeRuns(runs, { folder, ...options });
}

async function mergedRows(parts: readonly (readonly Access[])[], options: Options = {}) {
  const accesses = await merged(parts, options);
  try {
    const rows = await rowsOf(accesses);
    expect(accesses.rows).toBe(rows.length);
    for (const [column, size] of [accesses.tenants, accesses.users, accesses.resources].entries())
      expect(new Set(rows.map((row) => row[column])).size).toBe(size);
    return rows;
  } finally {
    accesses.close();
  }
}

/** Names that sort otherwise in UTF-8, that are beginnings of each other, of NULs, and long. */
const names = fc.oneof(
  fc.constantFrom(
    "a",
    "ab",
    "a\0",
    "a\0b",
    "\u{10000}",
    "\uffff",
    "\ue000",
    "\u{10ffff}x",
    "\ud7ff",
    "é",
    "x".repeat(300),
  ),
  fc.constantFrom("CONTOSO\\user1", "CONTOSO\\user12", "CONTOSO\\user123456789", "CONTOSO\\user123456780"),
  fc.string({ unit: "grapheme", maxLength: 8 }).filter((name) => name.isWellFormed()),
);
const days = fc.oneof(
  fc.constant(NO_DAY),
  fc.integer({ min: 19_000, max: 19_003 }),
  fc.constantFrom(-134_774, 2_932_896),
);

function splits(access: fc.Arbitrary<Access>) {
  return fc.array(fc.array(access, { maxLength: 25 }), { maxLength: 9 });
}

const ones = fc.record(
  { ...{ tenant: names, user: names, resource: names, day: days }, weight: fc.constant(1), id: fc.nat(30) },
  { requiredKeys: ["tenant", "user", "resource", "day", "weight"] },
);
/** Few keys, so that there are sums. */
const few = {
  tenant: fc.constant("t"),
  user: fc.constantFrom("a", "b"),
  resource: fc.constantFrom("r", "s"),
  day: fc.constantFrom(NO_DAY, 3),
};
/** Fractions whose sums depend on their order. */
const fractions = fc.record({
  ...few,
  weight: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    fc.constantFrom(0.1, 1e16, -0),
  ),
  id: fc.nat(40),
});

/** Records of which many stand more than once, in one row or in another. */
const repeated = fc.record({ ...few, weight: fc.constant(1), id: fc.nat(12) });

/** From merging two runs at a time, with names that are found for a few rows at a time, to all at once. */
const budgets = fc.integer({ min: 300_000, max: 1_500_000 }).map((availableInBytes) => ({ availableInBytes }));

describe("runs that were merged", () => {
  it("have the rows of counting in memory, in the canonical order, however accesses are split", async () => {
    await fc.assert(
      fc.asyncProperty(splits(ones), budgets, async (parts, budget) => {
        expect(await mergedRows(parts, budget)).toEqual(counted(parts.flat()));
      }),
      { numRuns: 150 },
    );
  });

  it("have sums of fractions to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(splits(fractions), budgets, async (parts, budget) => {
        expect(await mergedRows(parts, { ...budget, weighted: true })).toEqual(counted(parts.flat()));
      }),
      { numRuns: 150 },
    );
  });

  it("count a record that stands twice once", async () => {
    await fc.assert(
      fc.asyncProperty(
        splits(repeated),
        splits(ones),
        splits(fractions),
        budgets,
        async (some, all, weighted, budget) => {
          for (const parts of [some, all]) {
            const rows = await mergedRows(parts, { ...budget, seen: remembering() });
            expect(rows).toEqual(counted(parts.flat(), true));
          }
          const fresh = remembering();
          expect(await mergedRows(weighted, { ...budget, seen: fresh, weighted: true })).toEqual(
            counted(weighted.flat(), true),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Accesses of many users, so that a run has more names than there is room for their new ids. */
function ofManyUsers(length: number): Access[] {
  return Array.from({ length }, (_, n) => {
    const k = (n * 7919) % length;
    return { tenant: "t", user: `user ${k % 45_000}`, resource: `share ${(k * 31) % 20_000}`, day: k % 2, weight: 1 };
  });
}

describe("the least budget", () => {
  it("merges in several rounds, with ids and names that do not fit at a time", async () => {
    const all = ofManyUsers(90_000);
    const parts = [0, 1, 2, 3, 4].map((n) => all.slice(n * 18_000, (n + 1) * 18_000)).concat([all]);
    const stages: string[] = [];
    const onProgress = ({ stage, done }: { stage: string; done: number }) => {
      if (done === 0) stages.push(stage);
    };
    let least = 200_000;
    // Too little is refused, however little it is too little.
    for (; ; least += 10_000) {
      const rows = await mergedRows(parts, { availableInBytes: least, onProgress }).catch((error: Error) => error);
      if (rows instanceof Error) {
        expect(rows.name).toBe("OptionError");
        continue;
      }
      expect(rows).toEqual(counted(parts.flat()));
      break;
    }
    expect(least).toBeGreaterThan(200_000);
    expect(least).toBeLessThan(400_000);
  });

  it("is enough for a user with all rows and for names of a megabyte, but for a few copies of these", async () => {
    const long = (end: string) => "x".repeat(1_000_000) + end;
    const row = (user: string, resource: string, day: number) => ({ tenant: "t", user, resource, day, weight: 1 });
    const parts = [0, 1, 2].map((part) => [
      ...Array.from({ length: 30 }, (_, n) => row(long("a"), `share ${n % 7}`, part)),
      ...[long("b"), long("a"), long("\u{10000}"), long("\uffff")].map((resource) => row("jane", resource, 1)),
      ...Array.from({ length: 20_000 }, (_, n) => row("john", `share ${n}`, n % 3)),
    ]);
    const accesses = await merged(parts, { availableInBytes: 70e6 });
    let longest = 0;
    const rows: unknown[] = [];
    for await (const batch of accesses.batches()) {
      const bytes = [batch.tenant, batch.user, batch.resource].flat().reduce((sum, name) => sum + name.length, 0);
      longest = Math.max(longest, bytes);
      for (let n = 0; n < batch.length; n++)
        rows.push([batch.tenant[n], batch.user[n], batch.resource[n], batch.day[n], batch.weight[n]]);
    }
    accesses.close();
    expect(rows).toEqual(counted(parts.flat()));
    expect(longest).toBeLessThan(8 * 2 ** 20);
  });
});

describe("rows of runs", () => {
  it("vanish when all of their accesses stood before", async () => {
    const access: Access = { tenant: "t", user: "u", resource: "r", day: 1, weight: 1, id: 5 };
    const rows = await mergedRows([[access], [{ ...access, resource: "s" }]], { seen: remembering() });
    expect(rows).toEqual([["t", "u", "r", 1, 1]]);
  });

  it("can be walked more than once, and stopped in the middle", async () => {
    const accesses = await merged([ofManyUsers(40_000)]);
    for await (const { length } of accesses.batches()) if (length > 0) break;
    const [first, second] = [await rowsOf(accesses), await rowsOf(accesses)];
    expect(first).toEqual(second);
    expect(first).toHaveLength(accesses.rows);
    accesses.close();
  });
});
