import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { alsDefaults } from "../../src/als/options.js";
import { batchesOf, type Ratings } from "../../src/als/ratings.js";
import { AlsJob, type AlsRunOptions, NoSolutionError, trainAls, wholeSegment } from "../../src/als/train.js";
import { OptionError } from "../../src/base/errors.js";
import { backends, useBackend } from "../backends.js";
import { randomRatings } from "./problems.js";

let workFolder: string;
beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), "byoml-disk-"));
});
afterEach(() => {
  expect(readdirSync(workFolder)).toEqual([]);
  rmSync(workFolder, { recursive: true });
});

const ratings = randomRatings(5000, 900, 60_000, 5);
const options = { ...alsDefaults, rank: 6, seed: 3, regParam: 0.1, maxIter: 3, implicitPrefs: true };
const now = () => process.memoryUsage.rss();

/** The budget that leaves about so many bytes for partitions: more where the process shrinks meanwhile. */
async function leastBudget(source: Ratings, threads: number): Promise<number> {
  const failure = await trainAls(source, options, { threads, memoryInBytes: 1e6, workFolder }).catch((e: unknown) => e);
  expect(failure).toBeInstanceOf(OptionError);
  return Number(/expected at least (\d+) MB/.exec((failure as Error).message)![1]) * 1e6;
}

async function train(source: Ratings | ReturnType<typeof batchesOf>, run: AlsRunOptions, mode = options) {
  const segments = run.segments ?? [wholeSegment(source)];
  const job = await AlsJob.start(source, mode, { ...run, segments, workFolder });
  try {
    for (const segment of segments) await job.iterate(segment);
    const statistics = [await job.predictionStatistics(0, 5000), await job.predictionStatistics(777, 3001)];
    return { ...job.factors(), statistics };
  } finally {
    await job.close();
  }
}

describe.each(backends)("training from disk on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [true, true],
    [true, false],
    [false, true],
  ])("gives the bits of training in memory (implicit %s, nonnegative %s)", async (implicitPrefs, nonnegative) => {
    const mode = { ...options, implicitPrefs, nonnegative };
    const want = await train(ratings, { threads: 2 }, mode);
    for (const threads of [1, 2, 3])
      expect(
        await train(batchesOf(ratings), { threads, partitionInBytes: 60_000 }, mode),
        `${threads} workers`,
      ).toEqual(want);
  });

  it("gives the same bits with any size of partition, budget and number of workers", async () => {
    const want = await train(ratings, { threads: 2 });
    const least = await leastBudget(ratings, 3);
    const sizes = fc.record({
      partitionInBytes: fc.integer({ min: 1000, max: 300_000 }),
      threads: fc.integer({ min: 1, max: 3 }),
      memoryInBytes: fc.option(fc.integer({ min: least + 40e6, max: least + 90e6 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (run) => {
        expect(await train(batchesOf(ratings), run)).toEqual(want);
      }),
      { numRuns: 12 },
    );
  });

  it("gives the same bits for segments that are trained one at a time", async () => {
    const tenants = [
      { users: [0, 1300], items: [0, 300] },
      { users: [1300, 1301], items: [300, 301] },
      { users: [1301, 5000], items: [301, 900] },
    ] as const;
    const inside = { ...ratings, item: ratings.item.slice() };
    inside.user.forEach((user, n) => {
      const { items } = tenants.find(({ users }) => user < users[1])!;
      inside.item[n] = items[0] + (inside.item[n] % (items[1] - items[0]));
    });
    const want = await train(inside, { threads: 2, segments: tenants });
    expect(await train(batchesOf(inside), { threads: 2, segments: tenants, partitionInBytes: 20_000 })).toEqual(want);
  });
});

describe("training from disk", () => {
  it("keeps ratings in memory where the budget allows it, and makes no folder", async () => {
    let seen: string[] = [];
    await trainAls(ratings, options, {
      ...{ workFolder, memoryInBytes: now() + 500e6 },
      onProgress: () => {
        seen = [...seen, ...readdirSync(workFolder)];
      },
    });
    expect(seen).toEqual([]);
  });

  it("names the first row whose equations have no solution, and removes its files", async () => {
    const few = randomRatings(600, 50, 600, 1);
    const failure = await trainAls(batchesOf(few), { ...alsDefaults, rank: 4, regParam: 0 }, { workFolder }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(NoSolutionError);
    expect(failure).toMatchObject({ side: "user", row: 0 });
  });

  it.each(["sort", "train"])("stops when it is told to while it is at %s, and removes its files", async (stage) => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const training = trainAls(
      batchesOf(ratings),
      { ...options, maxIter: 100_000 },
      { workFolder, signal: stop.signal, onProgress: (progress) => progress.stage === stage && stop.abort(reason) },
    );
    await expect(training).rejects.toBe(reason);
  });

  it("says how much memory would do when it is given too little, and does with that", async () => {
    const least = await leastBudget(ratings, 2);
    expect(least).toBeGreaterThan(now());
    await trainAls(batchesOf(ratings), options, { threads: 2, memoryInBytes: least + 24e6, workFolder });
  });
});
