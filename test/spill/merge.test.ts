import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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
/** Fractions whose sums depend on their order; few keys, so that there are sums. */
const fractions = fc.record({
  tenant: fc.constantFrom("t", "u"),
  user: fc.constantFrom("a", "b"),
  resource: fc.constantFrom("r", "s"),
  day: fc.constantFrom(NO_DAY, 3),
  weight: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    fc.constantFrom(0.1, 1e16, -0),
  ),
  id: fc.nat(40),
});

describe("runs that were merged", () => {
  it("have the rows of counting in memory, in the canonical order, however accesses are split", async () => {
    await fc.assert(
      fc.asyncProperty(splits(ones), async (parts) => {
        expect(await mergedRows(parts)).toEqual(counted(parts.flat()));
      }),
      { numRuns: 150 },
    );
  });

  it("have sums of fractions to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(splits(fractions), async (parts) => {
        expect(await mergedRows(parts, { weighted: true })).toEqual(counted(parts.flat()));
      }),
      { numRuns: 150 },
    );
  });

  it("count a record that stands twice once", async () => {
    await fc.assert(
      fc.asyncProperty(splits(ones), splits(fractions), async (parts, weighted) => {
        const seen = remembering();
        expect(await mergedRows(parts, { seen })).toEqual(counted(parts.flat(), true));
        const fresh = remembering();
        expect(await mergedRows(weighted, { seen: fresh, weighted: true })).toEqual(counted(weighted.flat(), true));
      }),
      { numRuns: 100 },
    );
  });
});
