import { rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { ByomlError, DataError, OptionError } from "../../src/base/errors.js";
import type { Progress } from "../../src/base/progress.js";
import { Random } from "../../src/base/random.js";
import { parseAllowList } from "../../src/ingest/allowlist.js";
import { readModes } from "../../src/ingest/mode.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { planInputs } from "../../src/ingest/sources.js";
import { errorOf, line, scratchFolder } from "./helpers.js";

const { folder, write } = scratchFolder();
const defaults = resolveSelection();
const always = { least: 0, most: 1e12, each: 3 };
const other = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Workers that live. */
const workers = new Set<Worker>();
const began = (worker: Worker) => {
  workers.add(worker);
  worker.once("exit", () => workers.delete(worker));
};
process.on("worker", began);
afterAll(() => void process.off("worker", began));
// A worker that could not start ends by itself, some milliseconds after its error: the pool has forgotten it by then.
afterEach(() => vi.waitFor(() => expect(workers.size, "workers left behind").toBe(0)));

/** Reads with so many workers, however little there is, every line of it; 1 is the calling thread alone. */
const read = (inputs: string[], threads: number, options: ReadOptions = {}, selection = defaults) =>
  readAccesses(inputs, selection, { mode: "strict", threads, readers: { cuts: always }, ...options });

/** Everything of a result that must not depend on the workers. */
const comparable = ({ table, report }: Awaited<ReturnType<typeof read>>) => {
  const { tenants, users, resources, ...columns } = table;
  return { ...columns, names: [tenants.names, users.names, resources.names], report };
};

const random = new Random(1);
const account = () => `CONTOSO\\user${random.integer(40)}`;
const share = () => `\\\\fs\\share${random.integer(20)}`;
const time = () => `2026-01-0${random.between(1, 9)}T03:04:05Z`;

/** Lines of which some are bad, of other kinds or without a user; the last one is cut off. */
const jsonLines = (rows: number) => {
  const one = () => {
    const kind = random.integer(20);
    if (kind === 0) return "not JSON\n";
    if (kind === 1) return line({ EventID: 4624 });
    if (kind === 2) return line({ Account: null });
    return line({ Account: account(), ShareName: share(), TimeGenerated: time(), TenantId: `t${random.integer(3)}` });
  };
  return `${Array.from({ length: rows }, one).join("")}{"EventID":51`;
};
const csv = (rows: number) =>
  `EventID,Account,ShareName,TimeGenerated\n${Array.from({ length: rows }, () => `5140,${account()},${share()},${time()}\n`).join("")}`;
const parquet = (rows: number) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "Account", data: Array.from({ length: rows }, account), type: "STRING" },
        { name: "ShareName", data: Array.from({ length: rows }, share), type: "STRING" },
        { name: "TimeGenerated", data: Array.from({ length: rows }, () => new Date(time())), type: "TIMESTAMP" },
      ],
    }),
  );

const files = [
  write("a.json", jsonLines(300)),
  write("b.csv", csv(200)),
  write("c.json.gz", gzipSync(jsonLines(500))),
  write("d.parquet", parquet(400)),
  write("empty.json", ""),
  write("e.json", jsonLines(50)),
  write("f.csv.gz", gzipSync(csv(100))),
  write("g.json", jsonLines(400)),
];

describe("reading on workers", () => {
  it.each([2, 3, 8])("gives the table, the counts and the samples of one thread on %i workers", async (threads) => {
    const one = await read(files, 1);
    expect(one.report.badLines.count).toBeGreaterThan(20);
    expect(one.report.torn).toHaveLength(4);
    expect(comparable(await read(files, threads))).toEqual(comparable(one));
  });

  it("gives the same wherever the sources are divided, and in any order of them", async () => {
    const orders = fc.shuffledSubarray(files, { minLength: 2 });
    const cuts = fc.record({ least: fc.constant(0), most: fc.integer({ min: 1, max: 2e6 }), each: fc.constant(1) });
    await fc.assert(
      fc.asyncProperty(orders, cuts, async (inputs, readers) => {
        const many = await read(inputs, 3, { readers: { cuts: readers } });
        expect(comparable(many)).toEqual(comparable(await read(inputs, 1)));
      }),
      { numRuns: 6 },
    );
  });

  it("sums fractions to the same bits", async () => {
    const rows = () =>
      Array.from({ length: 200 }, () => `u${random.integer(3)},r${random.integer(2)},${random.unit()}\n`).join("");
    const inputs = ["x", "y", "z"].map((name) => write(`${name}.csv`, `user,res,likelihood\n${rows()}`));
    const one = await read(inputs, 1);
    expect(one.table.weightKind).toBe("likelihood");
    expect((await read(inputs, 3)).table.weight).toEqual(one.table.weight);
  });

  it("takes the selection and the allow-list along", async () => {
    const selection = resolveSelection({ where: ["EventID=5140"], since: "2026-01-03", until: "2026-01-08" });
    const options = { allowList: parseAllowList("*\\user1*") };
    const json = files.filter((file) => file.includes(".json"));
    const one = await read(json, 1, options, selection);
    expect(Math.min(one.report.leftOut.allowListed, one.report.leftOut.outsideTime)).toBeGreaterThan(0);
    expect(comparable(await read(json, 2, options, selection))).toEqual(comparable(one));
  });

  it.each(readModes)("takes the mode along: %s", async (mode) => {
    const one = await read(files, 1, { mode });
    expect(one.report.discarded > 0).toBe(mode !== "strict");
    expect(one.report.badLines.count > 20).toBe(mode === "strict");
    expect(comparable(await read(files, 3, { mode }))).toEqual(comparable(one));
  });

  it("reads what is no file in its place, on the calling thread", async () => {
    const withInput = (threads: number) => {
      const stdin = Readable.from([Buffer.from(line({ Account: "from stdin", ShareName: "between" }))]);
      return read([files[0], files[1], "-", files[7]], threads, { stdin });
    };
    expect(comparable(await withInput(2))).toEqual(comparable(await withInput(1)));
  });

  it("is not tried with a matcher that is no text", async () => {
    const asked = new Set<string>();
    const allowList = { matches: (user: string) => !asked.add(user) };
    const { table } = await read(files, 3, { allowList });
    expect([...asked]).toEqual(table.users.names);
  });

  it("tells progress that adds up to all bytes, in steps that grow", async () => {
    const steps: Progress[] = [];
    const { report } = await read(files, 2, { onProgress: (step) => steps.push(step) });
    const done = steps.map((step) => step.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(steps.at(-1)).toEqual({ stage: "read", done: report.bytes, total: report.bytes, unit: "bytes" });
  });

  it("goes on where the calling thread can read what a worker could not, and tells no byte twice", async () => {
    const large = [1, 2].map((n) => write(`large${n}.json`, line({ Account: `u${n}` }).repeat(10_000)));
    const steps: number[] = [];
    const readers = { cuts: always, worker: other("failing-worker.cjs") };
    const many = await read(large, 2, { readers, onProgress: ({ done }) => steps.push(done) });
    expect(comparable(many)).toEqual(comparable(await read(large, 1)));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.at(-1)).toBe(many.report.bytes);
  });

  it("refuses a number of workers that is none", async () => {
    expect(await errorOf(read(files, 0))).toBeInstanceOf(OptionError);
  });
});

describe("errors of reading on workers", () => {
  /** The same file, line and words, whatever the number of workers. */
  const sameError = async (inputs: string[], options: ReadOptions = {}, selection = defaults) => {
    const facts = ({ name, message, hint, details }: Awaited<ReturnType<typeof errorOf>>) => ({
      ...{ name, message, hint, details },
    });
    const one = await errorOf(read(inputs, 1, options, selection));
    for (const threads of [2, 3])
      expect(facts(await errorOf(read(inputs, threads, options, selection)))).toEqual(facts(one));
    return one;
  };

  it("stop at the bad line where a reading from front to back stops", async () => {
    const { badLines } = (await read(files, 1)).report;
    expect((await read(files, 3, { maxBadLines: badLines.count })).report.badLines).toEqual(badLines);
    const last = await sameError(files, { maxBadLines: badLines.count - 1 });
    expect(last.message).toContain("g.json: line");
    for (const maxBadLines of [0, 1, 25, 40]) expect(await sameError(files, { maxBadLines })).toBeInstanceOf(DataError);
  });

  it("are of the first file that has one, and bad lines before it count", async () => {
    const cut = write("cut.json.gz", gzipSync(jsonLines(300)).subarray(0, 900));
    const plain = write("plain.json.gz", jsonLines(10));
    expect((await sameError([files[0], cut, files[1], plain])).message).toContain("cut.json.gz: the gzip stream ends");
    expect((await sameError([files[0], plain, cut])).message).toContain("plain.json.gz: expected gzip");
    expect((await sameError([files[0], files[2], plain], { maxBadLines: 20 })).message).toContain("c.json.gz: line");
  });

  it("name a missing column as one thread does", async () => {
    const inputs = [files[1], files[6], write("no.csv", "who,what\na,b\n")];
    const error = await sameError(inputs, {}, resolveSelection({ user: "Account", resource: "ShareName" }));
    expect(error.message).toContain("no.csv");
  });

  it("say which file is gone, and when nothing is counted", async () => {
    const plan = await planInputs([...files, write("gone.json", line())]);
    rmSync(join(folder, "gone.json"));
    const gone = await errorOf(readAccesses(plan, defaults, { threads: 2, readers: { cuts: always } }));
    expect(gone.message).toMatch(/gone\.json cannot be read \(ENOENT, open\)$/);
    const none = [write("n1.json", ""), write("n2.json", line({ EventID: 1 }))];
    expect((await sameError(none)).message).toContain("no access in 2 files: 1 not selected");
  });

  it("name the files of a worker that dies", async () => {
    const readers = { cuts: always, worker: other("dying-worker.cjs") };
    const error = (await errorOf(read(files, 2, { readers }))) as ByomlError;
    expect(error).toBeInstanceOf(ByomlError);
    expect(error.kind).toBe("internal");
    expect(error.message).toMatch(/a worker failed while it read .*a\.json.*: worker exited with code: 7$/);
    expect(error.hint).toContain("--threads 1");
  });

  it("say so when workers cannot start", async () => {
    const readers = { cuts: always, worker: other("no-such-worker.cjs") };
    const error = await errorOf(read(files, 2, { readers }));
    expect(error.message).toMatch(/^a worker .*: Cannot find module .*no-such-worker/);
  });
});

describe("stopping a reading on workers", () => {
  const reason = new Error("enough");
  const stalled = { cuts: always, worker: other("stalled-worker.cjs") };

  it("rejects with the signal's reason at once", async () => {
    const controller = new AbortController();
    const reading = read(files, 2, { signal: controller.signal, readers: stalled });
    let during = 0;
    setTimeout(() => {
      during = workers.size;
      controller.abort(reason);
    }, 200);
    await expect(reading).rejects.toBe(reason);
    expect(during).toBe(2);
  });

  it("does so while workers start, and while it merges", async () => {
    const early = new AbortController();
    const reading = read(files, 2, { signal: early.signal });
    setImmediate(() => early.abort(reason));
    await expect(reading).rejects.toBe(reason);
    const midway = new AbortController();
    const options = { signal: midway.signal, onProgress: () => midway.abort(reason) };
    await expect(read(files, 2, options)).rejects.toBe(reason);
  });

  it("ends the workers when the caller's progress function throws", async () => {
    const onProgress = () => {
      throw reason;
    };
    await expect(read(files, 2, { onProgress })).rejects.toBe(reason);
  });
});
