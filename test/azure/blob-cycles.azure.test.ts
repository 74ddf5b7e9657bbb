/*
 * What the cycles of a schedule rest on: blobs that grow, read again and again from where the reading before ended, give exactly what
 * one reading of the final blobs gives.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countAccesses } from "../../src/ingest/count.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { line, planOf } from "../ingest/helpers.js";
import { append, azurite, originOf, readSources, wholeOf } from "./blobs.js";

const service = azurite();

/** Sums rows of names and days. */
class Sums {
  readonly rows = new Map<string, number>();

  add(rows: readonly (string | number | null)[][]): void {
    for (const row of rows) {
      const key = row.slice(0, 4).join("\t");
      this.rows.set(key, (this.rows.get(key) ?? 0) + Number(row[4]));
    }
  }
}

const blobs = ["y=2026/m=01/d=01/h=00/m=00/PT05M.json", "y=2026/m=01/d=01/h=00/m=05/PT05M.json", "late ü?.json"];
/** To which blob how many lines are appended, and how many bytes of the next one. */
const step = fc.record({
  blob: fc.nat({ max: blobs.length - 1 }),
  lines: fc.nat({ max: 4 }),
  torn: fc.nat({ max: 200 }),
});
const steps = fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 5 });

describe("blobs that grow", () => {
  it("give in cycles what they give at once, wherever each append and each cycle ended", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 50, max: 2000 }), async (cycles, rangeInBytes) => {
        const container = await service.container();
        const origin = originOf(container, "", { rangeInBytes, requests: 3, windowInBytes: 1000 });
        const offsets = new Map<string, number>();
        const unfinished = new Map<string, Buffer>();
        const sums = new Sums();
        let count = 0;
        const cycle = async () => {
          const slices = (await origin.list()).flatMap(({ length, ...listed }) => {
            const from = offsets.get(listed.name) ?? 0;
            return length > from ? [{ ...listed, from, to: length }] : [];
          });
          if (slices.length === 0) return;
          const { rows, resume } = await readSources(slices.map((slice) => origin.source(slice)));
          sums.add(rows);
          expect(resume.map(({ file }) => file)).toEqual(slices.map(({ name }) => name));
          for (const { file, offset } of resume) offsets.set(file, offset);
        };
        for (const appends of cycles) {
          for (const { blob, lines, torn } of appends) {
            const name = blobs[blob];
            const text = Array.from({ length: lines }, () => line({ Account: `ü${count++ % 7}` })).join("");
            const next = Buffer.from(line({ Account: `é${count++ % 7}` }));
            const cut = Math.min(torn, next.length - 1);
            await append(container, name, unfinished.get(name) ?? "", text, next.subarray(0, cut));
            unfinished.set(name, next.subarray(cut));
          }
          await cycle();
        }
        for (const [name, rest] of unfinished) await append(container, name, rest);
        await cycle();
        const once = new Sums();
        once.add((await readSources((await origin.list()).map((listed) => wholeOf(origin, listed)))).rows);
        expect(sums).toEqual(once);
        expect([...once.rows.values()].reduce((sum, n) => sum + n, 0)).toBe(count);
      }),
      { numRuns: 25 },
    );
  });

  it("are counted by way of the disk as well", async () => {
    const container = await service.container();
    const torn = line({ Account: "c" });
    await append(container, "a.json", line({ Account: "a" }), line({ Account: "b" }), torn.slice(0, 40));
    const origin = originOf(container);
    const [listed] = await origin.list();
    const names: string[] = [];
    const count = async (source: ReturnType<typeof wholeOf>) => {
      const { accesses, report } = await countAccesses(planOf(source), resolveSelection());
      for await (const { user } of accesses.batches()) names.push(...user);
      accesses.close();
      return report.resume;
    };
    const [{ offset }] = await count(wholeOf(origin, listed));
    await append(container, "a.json", torn.slice(40));
    const [{ length, ...grown }] = await origin.list();
    expect(await count(origin.source({ ...grown, from: offset, to: length }))).toEqual([
      { file: listed.name, offset: length },
    ]);
    expect(names).toEqual(["a", "b", "c"]);
  });
});
