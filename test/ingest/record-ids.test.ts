import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { jsonLines, line, readText, rowsOf, scratchFolder } from "./helpers.js";

const { write } = scratchFolder();

describe("a record that stands twice", () => {
  it("is counted once, by its _ItemId", async () => {
    const text = line({ _ItemId: "a" }) + line({ _ItemId: "b" }) + line({ _ItemId: "a" }) + line() + line();
    const { table, report } = await readText(text);
    expect(rowsOf(table).map((row) => row[4])).toEqual([4]);
    expect(report).toMatchObject({ lines: 5, counted: 4, leftOut: { repeated: 1 } });
  });

  it("is told by the field that is named, whatever its kind", async () => {
    const text = jsonLines(
      { u: "a", r: "b", id: 1 },
      { u: "a", r: "b", id: 1 },
      { u: "a", r: "c", id: 1 },
      { u: "a", r: "b" },
    );
    const { report } = await readText(text, { user: "u", resource: "r", recordId: "id" });
    expect(report).toMatchObject({ counted: 2, noTime: 4, leftOut: { repeated: 2 } });
  });

  it("does not use up an id where it is not counted", async () => {
    const text = line({ EventID: 1, _ItemId: "a" }) + line({ Account: null, _ItemId: "a" }) + line({ _ItemId: "a" });
    expect((await readText(text)).report).toMatchObject({ counted: 1, leftOut: { repeated: 0 } });
  });

  it("gives the sums of the records without it, weights and all, on any number of workers", async () => {
    const record = fc.record({
      user: fc.constantFrom("a", "b", "c"),
      res: fc.constantFrom("x", "y"),
      likelihood: fc.double({ noNaN: true, min: 0, max: 1 }),
      _ItemId: fc.option(fc.nat({ max: 12 }).map(String), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(record, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 5 }),
        async (files) => {
          // Records with one id are the same record.
          const first = new Map(
            files
              .flat()
              .toReversed()
              .flatMap((row) => (row._ItemId ? [[row._ItemId, row] as const] : [])),
          );
          const same = files.map((rows) => rows.map((row) => (row._ItemId ? (first.get(row._ItemId) ?? row) : row)));
          const seen = new Set<string>();
          const once = same.flat().filter(({ _ItemId: id }) => id === undefined || (!seen.has(id) && seen.add(id)));
          const paths = same.map((rows, n) => write(`${n}.json`, jsonLines(...rows)));
          const wanted = await readText(jsonLines(...once));
          for (const threads of [1, 2]) {
            const readers = { cuts: { least: 0, most: 1, each: 4 } };
            const { table, report } = await readAccesses(paths, resolveSelection(), { threads, readers });
            expect(rowsOf(table)).toEqual(rowsOf(wanted.table));
            expect(report.counted).toBe(once.length);
            expect(report.leftOut.repeated).toBe(same.flat().length - once.length);
            expect(report.lines).toBe(same.flat().length);
          }
        },
      ),
      { numRuns: 10 },
    );
  });
});
