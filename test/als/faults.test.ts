import { type ChildProcess, fork, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alsDefaults } from "../../src/als/options.js";
import { batchesOf } from "../../src/als/ratings.js";
import { AlsJob, type AlsRunOptions, trainAls, wholeSegment } from "../../src/als/train.js";
import { ByomlError, DataError } from "../../src/base/errors.js";
import { randomRatings } from "./problems.js";

const child = fileURLToPath(new URL("fault-child.mjs", import.meta.url));
const ratings = randomRatings(4000, 900, 60_000, 5);
const source = batchesOf(ratings);
const options = { ...alsDefaults, rank: 6, implicitPrefs: true, maxIter: 2 };

let workFolder: string;
beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), "byoml-faults-"));
});
afterEach(() => rmSync(workFolder, { recursive: true }));

const left = () => readdirSync(workFolder);
const run = (): AlsRunOptions => ({ threads: 2, workFolder, partitionInBytes: 50_000 });

/** A job from disk whose partition files a test may damage. */
async function job(): Promise<{ job: AlsJob; path: (side: "user" | "item") => string }> {
  const started = await AlsJob.start(source, { ...options, maxIter: 50 }, run());
  return { job: started, path: (side) => join(workFolder, left()[0], `${side}.partitions`) };
}

const failureOf = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

/** Resolves with the first message of a child that `wanted` accepts. */
function message(process: ChildProcess, wanted: (message: { stage?: string; error?: { message: string } }) => boolean) {
  return new Promise<Record<string, never>>((resolve, reject) => {
    process.on("message", (received: Record<string, never>) => wanted(received) && resolve(received));
    process.on("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  });
}

describe("a training from disk", () => {
  it("names the file and the partition that was damaged, and can be repeated", async () => {
    const { job: training, path } = await job();
    const fd = openSync(path("item"), "r+");
    writeSync(fd, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), 0, 8, statSync(path("item")).size - 30_000);
    closeSync(fd);
    const failure = await failureOf(training.iterate(wholeSegment(ratings)));
    expect(failure).toBeInstanceOf(DataError);
    expect((failure as DataError).message).toMatch(
      /item\.partitions: partition \d+ \(rows \d+ to \d+\): expected checksum/,
    );
    await training.close();
    expect(left()).toEqual([]);
    await trainAls(source, options, run());
  });

  it("says that a file was cut off", async () => {
    const { job: training, path } = await job();
    truncateSync(path("user"), statSync(path("user")).size - 1000);
    const failure = await failureOf(training.iterate(wholeSegment(ratings)));
    expect(failure).toBeInstanceOf(DataError);
    expect((failure as DataError).message).toMatch(/user\.partitions: ends at byte \d+, before its data does/);
    await training.close();
    expect(left()).toEqual([]);
  });

  it("passes on what its source throws, and leaves nothing", async () => {
    const reason = new Error("the export has ended");
    function* batches() {
      yield* source.batches() as Iterable<never>;
      throw reason;
    }
    expect(await failureOf(trainAls({ ...source, batches }, options, run()))).toBe(reason);
    expect(left()).toEqual([]);
  });

  it("ends with an error when the folder cannot be made", async () => {
    const failure = await failureOf(trainAls(source, options, { ...run(), workFolder: "/proc/nowhere" }));
    expect((failure as Error).message).toMatch(/^cannot make the folder \/proc\/nowhere\/byoml-pairs-/);
  });

  it("says that the disk is full, leaves nothing, and its process goes on", async () => {
    // A limit on the size of a file: writes fail as on a full disk, in the middle of sorting.
    const limited = spawn(
      "sh",
      ["-c", 'ulimit -f 64 && exec "$0" "$@"', process.execPath, child, workFolder, "400000", "2"],
      {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      },
    );
    const ended = new Promise((resolve) => limited.on("exit", resolve));
    const { error } = await message(limited, (received) => received.error !== undefined);
    expect(error).toMatchObject({
      name: "ByomlError",
      kind: "internal",
      hint: expect.stringContaining("Free some space"),
    });
    expect(error).toHaveProperty("message", expect.stringMatching(/^cannot write .*: no space is left \(EFBIG\)$/));
    expect(await ended).toBe(0);
    expect(left()).toEqual([]);
  });

  it("ends with an error when a worker is killed, leaves nothing, and can be repeated", async () => {
    const workers: Worker[] = [];
    const keep = (worker: Worker) => workers.push(worker);
    process.on("worker", keep);
    const training = trainAls(
      source,
      { ...options, maxIter: 100_000 },
      {
        ...run(),
        onProgress: ({ stage, done }) => {
          if (stage === "train" && done === 3) void workers[0].terminate();
        },
      },
    );
    const failure = await failureOf(training);
    process.off("worker", keep);
    expect(failure).toBeInstanceOf(ByomlError);
    expect(failure).toMatchObject({ kind: "internal", hint: expect.stringContaining("Run again") });
    expect((failure as Error).message).toMatch(/^a worker failed in \w+: worker exited/);
    expect(left()).toEqual([]);
    await trainAls(source, options, run());
  });

  it("leaves what a killed process had, which the next training removes", async () => {
    const killed = fork(child, [workFolder, "400000", "100000"]);
    await message(killed, ({ stage }) => stage === "train");
    const ended = new Promise((resolve) => killed.on("exit", resolve));
    killed.kill("SIGKILL");
    await ended;
    expect(left()).toHaveLength(1);
    await trainAls(source, options, run());
    expect(left()).toEqual([]);
  });
});
