import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScanEngine } from "../../src/ingest/engine.js";
import { FileReader } from "../../src/ingest/filereader.js";
import { fileSource } from "../../src/ingest/files.js";
import { readModes } from "../../src/ingest/mode.js";
import { type CutOptions, cutParts } from "../../src/ingest/parts.js";
import { cutRange, wholeFile } from "../../src/ingest/ranges.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { scanPart } from "../../src/ingest/scanner.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { planInputs } from "../../src/ingest/sources.js";
import { addCounts, noCounts } from "../../src/ingest/tally.js";
import { fileBytes } from "./file-arbitrary.js";
import { errorOf, line, memorySource, planOf, rowsOf, scratchFolder } from "./helpers.js";

const { folder, write } = scratchFolder();
const defaults = resolveSelection();
const cutsOf = (unit: number): CutOptions => ({ least: 0, most: unit, finest: unit, each: 1 });
const read = (path: string, threads: number, unit: number, options: ReadOptions = {}) =>
  readAccesses([path], defaults, { threads, readers: { cuts: cutsOf(unit) }, ...options });

/** Reads to the end, a few bytes at a time. */
function readAll(reader: FileReader, step: number): Buffer {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(step);
    const count = reader.read(chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
  }
  expect(reader.read(Buffer.alloc(step)), "bytes behind the end").toBe(0);
  reader.close();
  return Buffer.concat(chunks);
}

describe("ranges of a file", () => {
  it("follow each other, and own each line once, from its first byte on, however they are read", () => {
    const text = fc.array(fc.constantFrom("a", "\n", "bc", "\n\n", "d\ne"), { maxLength: 40 });
    const path = write("bytes", "");
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20 }), (parts, unit, step) => {
        const bytes = Buffer.from(parts.join(""));
        writeFileSync(path, bytes);
        const ranges = cutRange(wholeFile, bytes.length, unit);
        let at = 0;
        for (const [k, range] of ranges.entries()) {
          expect(range.from).toBe(k === 0 ? 0 : ranges[k - 1].to);
          const reader = new FileReader(path, range);
          const owned = readAll(reader, step);
          if (owned.length > 0) expect([reader.start, bytes[at - 1] ?? 10]).toEqual([at, 10]);
          expect(owned).toEqual(bytes.subarray(at, at + owned.length));
          at += owned.length;
        }
        expect(at).toBe(bytes.length);
      }),
      { numRuns: 300 },
    );
  });

  it("are of about equal length, and as many as are worth it", () => {
    const lengths = (bytes: number, unit: number) =>
      cutRange(wholeFile, bytes, unit).map(({ from, to }) => Math.min(to, bytes) - from);
    expect(lengths(1000, 250)).toEqual([250, 250, 250, 250]);
    expect(lengths(1000, 300)).toEqual([333, 333, 334]);
    expect(cutRange(wholeFile, 100, 70)).toEqual([wholeFile]);
    expect(cutRange(wholeFile, 0, 1)).toEqual([wholeFile]);
  });

  it("within a long line look no further than to their own end", () => {
    const path = write("long", "");
    truncateSync(path, 1e12); // a hole: looking through it would take minutes
    const ranges = cutRange(wholeFile, 1e12, 1e6).slice(500_000, 500_010);
    expect(ranges.map((range) => readAll(new FileReader(path, range), 10).length)).toEqual(ranges.map(() => 0));
  });
});

describe("dividing a large file", () => {
  it("gives each range to a worker of its own, and small files together to one", async () => {
    const large = write("large.json", line().repeat(100));
    const plan = await planInputs([write("a.json", line()), write("b.json", line()), large, write("c.json", line())]);
    const parts = cutParts(plan.sources, 2, cutsOf(plan.bytes / 5));
    expect(parts.every(({ remote }) => remote)).toBe(true);
    const shape = parts.map(({ sources }) => sources.map(({ name, range }) => [name.at(-6), range?.aligned]));
    const cut = (aligned: boolean) => [["e", aligned]];
    const small = (name: string) => [name, undefined];
    expect(shape).toEqual([
      [small("a"), small("b")],
      ...[cut(true), cut(false), cut(false), cut(false), cut(false)],
      [small("c")],
    ]);
    const bytes = parts.flatMap(({ sources }) => sources).reduce((sum, { size }) => sum + size!, 0);
    expect(bytes).toBe(plan.bytes);
  });

  it.each([
    ["CSV, whose quotes may hold line feeds", "x.csv", `a,b\n${"c,d\n".repeat(100)}`],
    ["gzip", "x.json.gz", gzipSync(line().repeat(100), { level: 0 })],
    ["gzip without the name of it", "y.json", gzipSync(line().repeat(100), { level: 0 })],
  ])("leaves %s in one piece", async (_, name, content) => {
    const { sources } = await planInputs([write(name, content)]);
    expect(cutParts(sources, 4, cutsOf(100))).toEqual([{ sources, remote: false }]);
  });

  it("leaves a file that is gone, or a folder by now, to the error of reading it", async () => {
    mkdirSync(join(folder, "folder.json"));
    for (const [name, message] of [
      ["gone.json", /gone\.json cannot be read \(ENOENT, open\)$/],
      ["folder.json", /folder\.json cannot be read \(EISDIR, read\)$/],
    ] as const) {
      const plan = planOf(fileSource(join(folder, name), 1e6, "json", false));
      const error = await errorOf(readAccesses(plan, defaults, { threads: 2, readers: { cuts: cutsOf(1000) } }));
      expect(error.message).toMatch(message);
    }
  });
});

const engines = readModes.map((mode) => new ScanEngine(defaults, { key: 1n, mode }));

describe("a file in ranges", () => {
  it("gives the counts of one piece, with the numbers and offsets of bad lines, and so do streams", async () => {
    const path = join(folder, "counts.json");
    await fc.assert(
      fc.asyncProperty(
        fileBytes,
        fc.integer({ min: 2, max: 12 }),
        fc.constantFrom(...engines),
        async (bytes, ranges, engine) => {
          writeFileSync(path, bytes);
          const options = { maxBadLines: 1e9, maxLineBytes: 400 };
          const { sources } = await planInputs([path]);
          const whole = await scanPart(sources, engine, options);
          const chunks = [bytes.subarray(0, 100), bytes.subarray(100)];
          const streamed = await scanPart([{ ...memorySource(chunks), name: path }], engine, options);
          expect(streamed.counts).toEqual(whole.counts);
          const sum = noCounts();
          let linesBefore = 0;
          for (const part of cutParts(sources, 2, cutsOf(bytes.length / ranges))) {
            const { counts, lines } = await scanPart(part.sources, engine, { ...options, linesBefore });
            addCounts(sum, counts);
            linesBefore = lines;
          }
          expect(sum).toEqual(whole.counts);
          expect(linesBefore).toBe(whole.lines);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the table, the report and the progress of one piece on any number of workers", async () => {
    const path = join(folder, "workers.json");
    await fc.assert(
      fc.asyncProperty(
        fileBytes,
        fc.integer({ min: 100, max: 2000 }),
        fc.constantFrom(2, 3),
        async (bytes, unit, threads) => {
          writeFileSync(path, Buffer.concat([Buffer.from(line()), bytes]));
          const options = {
            maxBadLines: 1e9,
            maxLineInBytes: 400,
            mode: unit % 2 ? ("strict" as const) : ("fast" as const),
          };
          const one = await read(path, 1, unit, options);
          let done = 0;
          const many = await read(path, threads, unit, { ...options, onProgress: (step) => (done = step.done) });
          expect([rowsOf(many.table), many.report]).toEqual([rowsOf(one.table), one.report]);
          expect(done).toBe(many.report.bytes);
        },
      ),
      { numRuns: 8 },
    );
  });

  it("stops at the bad line where one piece stops", async () => {
    const lines = Array.from({ length: 300 }, (_, k) => (k % 7 === 3 ? "bad\n" : line({ Account: `u${k}` })));
    const path = write("stops.json", lines.join(""));
    for (const maxBadLines of [0, 20, 41]) {
      const facts = async (threads: number) => {
        const { message, details } = await errorOf(read(path, threads, 4000, { maxBadLines, mode: "strict" }));
        return { message, details };
      };
      const one = await facts(1);
      expect(one.details).toMatchObject({ line: 7 * maxBadLines + 4 });
      expect(await facts(2)).toEqual(one);
    }
  });

  it("goes on where the calling thread can read what a worker could not, with the numbers of lines", async () => {
    const lines = Array.from({ length: 200 }, (_, k) => (k % 50 === 49 ? "bad\n" : line({ Account: `u${k}` })));
    const path = write("goes-on.json", lines.join(""));
    const worker = fileURLToPath(new URL("failing-worker.cjs", import.meta.url));
    const many = await readAccesses([path], defaults, {
      ...{ threads: 2, mode: "strict", readers: { cuts: cutsOf(3000), worker } },
    });
    expect(many.report.badLines.samples.map((sample) => sample.line)).toEqual([50, 100, 150, 200]);
    expect(many.report.counted).toBe(196);
  });

  it("is UTF-16 as a whole, or not at all", async () => {
    const path = write("utf16.json", Buffer.from(line().repeat(100), "utf16le"));
    expect((await errorOf(read(path, 2, 1000))).message).toMatch(/utf16\.json is UTF-16, expected UTF-8$/);
  });
});

describe("reading on the calling thread", () => {
  it("lets other work have its turn, so that an abort is heard", async () => {
    const path = write("hole.json", line());
    truncateSync(path, 20e9); // a hole, which takes seconds to read and no disk
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    await expect(readAccesses([path], defaults, { threads: 1, signal: controller.signal })).rejects.toBe(reason);
  });
});
