import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/base/errors.js";
import type { ReadMode } from "../../src/ingest/mode.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { planInputs } from "../../src/ingest/sources.js";
import { fileBytes } from "./file-arbitrary.js";
import { errorOf, line, rowsOf, scratchFolder } from "./helpers.js";

const { folder, write } = scratchFolder();
const path = join(folder, "grows.json");

/** What readings of a file found, summed, and where they ended. */
class Sums {
  /** @param mode  how lines are read */
  constructor(readonly mode: ReadMode = "strict") {}

  offset = 0;
  readonly counts = new Map<string, number>();
  readonly rows = new Map<string, number>();

  async read(options: ReadOptions = {}): Promise<void> {
    const settings = { maxBadLines: 1e9, maxLineInBytes: 400, ...options };
    try {
      const reading = await readAccesses([{ path, from: this.offset }], resolveSelection(), {
        ...settings,
        mode: this.mode,
      });
      const { lines, counted, leftOut, badLines, resume } = reading.report;
      for (const row of rowsOf(reading.table)) add(this.rows, row.slice(0, 4).join("\t"), Number(row[4]));
      this.#add({ lines, counted, badLines: badLines.count, ...leftOut }, resume);
    } catch (error) {
      // Where nothing is counted the error has the facts.
      if (!(error instanceof DataError) || !error.message.startsWith("no access")) throw error;
      const { lines, badLines, leftOut, resume } = error.details as Record<string, never>;
      this.#add({ lines, counted: 0, badLines, ...(leftOut as object) }, resume);
    }
  }

  #add(found: Record<string, number>, resume: { file: string; offset: number }[]): void {
    for (const [name, value] of Object.entries(found)) add(this.counts, name, value);
    expect(resume).toHaveLength(1);
    expect(resume[0].offset).toBeGreaterThanOrEqual(this.offset);
    this.offset = resume[0].offset;
  }
}

function add(sums: Map<string, number>, key: string, value: number): void {
  if (value !== 0) sums.set(key, (sums.get(key) ?? 0) + value);
}

describe("a file that grows", () => {
  it("gives the same in steps as at once, wherever it ended, mid-character too", async () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fileBytes, places, fc.constantFrom("fast", "strict"), async (bytes, shares, mode) => {
        const ends = [...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b), bytes.length];
        const steps = new Sums(mode);
        writeFileSync(path, "");
        for (const [k, end] of ends.entries()) {
          appendFileSync(path, bytes.subarray(k === 0 ? 0 : ends[k - 1], end));
          await steps.read();
        }
        const once = new Sums(mode);
        await once.read();
        expect(steps).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });

  it("does so at every byte of its lines", async () => {
    const bytes = Buffer.from(`\ufeff${line({ Account: "😀" })}no JSON\r\n\n[1]\n${line({ Account: "é" }).trimEnd()}`);
    writeFileSync(path, bytes);
    const once = new Sums();
    await once.read();
    expect(once.counts).toEqual(new Map(Object.entries({ lines: 2, counted: 2, badLines: 2 })));
    for (let end = 0; end < bytes.length; end++) {
      const steps = new Sums();
      writeFileSync(path, bytes.subarray(0, end));
      await steps.read();
      appendFileSync(path, bytes.subarray(end));
      await steps.read();
      expect(steps).toEqual(once);
    }
  });

  it("is read on all workers where there is much of it", async () => {
    const good = (n: number) => line({ Account: `user${n % 10}` });
    const text = Array.from({ length: 500 }, (_, n) => (n % 40 === 0 ? "bad\n" : good(n))).join("");
    writeFileSync(path, `${text}{"torn`);
    const readers = { cuts: { least: 0, most: 9000, finest: 9000, each: 1 } };
    const from = text.indexOf("\n", 5000) + 1;
    const reading = (threads: number) =>
      readAccesses([{ path, from }], resolveSelection(), { threads, readers }).then(({ report, table }) => ({
        ...{ report, rows: rowsOf(table) },
      }));
    const one = await reading(1);
    expect(one.report).toMatchObject({
      bytes: text.length + 6 - from,
      torn: [{ offset: text.length }],
      resume: [{ file: path, offset: text.length }],
    });
    expect(await reading(3)).toEqual(one);
  });

  it("counts its lines from where it is read", async () => {
    writeFileSync(path, `${line()}bad\n`);
    const { resume } = (await readAccesses([{ path, from: 0 }], resolveSelection())).report;
    expect(resume).toEqual([{ file: path, offset: line().length + 4 }]);
    appendFileSync(path, `${line()}bad\n`);
    const { badLines } = (
      await readAccesses([{ path, from: resume[0].offset }], resolveSelection(), { mode: "strict" })
    ).report;
    expect(badLines.samples).toMatchObject([{ line: 2, offset: 2 * line().length + 4 }]);
  });

  it("is told to go on only where it was given with an offset", async () => {
    writeFileSync(path, `${line()}{"torn`);
    const { torn, resume } = (await readAccesses([path], resolveSelection())).report;
    expect([torn, resume]).toEqual([[{ file: path, offset: line().length }], []]);
  });

  it("is an error where it became shorter", async () => {
    writeFileSync(path, line());
    const error = await errorOf(planInputs([{ path, from: line().length + 1 }]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/grows\.json has \d+ bytes, which is less than the offset \d+ to go on from$/);
    expect((await planInputs([{ path, from: line().length }])).bytes).toBe(0);
  });

  it("is a plain file of JSON lines, and its offset a number of bytes", async () => {
    mkdirSync(join(folder, "folder"));
    const packed = write("packed.json", gzipSync(line()));
    for (const [input, what] of [
      [{ path: join(folder, "folder"), from: 0 }, "a folder"],
      [{ path: write("a.csv", "a\n"), from: 0 }, "CSV"],
      [{ path: write("a.parquet", "PAR1"), from: 0 }, "Parquet"],
      [{ path: write("a.json.gz", gzipSync(line())), from: 0 }, "gzip"],
      [{ path: packed, from: 5 }, "gzip"],
      [{ path, from: -1 }, "got -1"],
      [{ path, from: 0.5 }, "got 0.5"],
    ] as const) {
      const error = await errorOf(planInputs([input]));
      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toContain("--from-offset: expected");
      expect(error.message.endsWith(what)).toBe(true);
    }
    expect((await errorOf(planInputs([{ path: join(folder, "none"), from: 0 }]))).message).toContain("does not exist");
  });
});
