/*
 * Trains on synthetic pairs of any number, one process, and says what it took: `train-sizes.mjs '{"sizes": …, "where": …}'`.
 *
 * sizes          { users, resources, pairs }
 * where          "memory": the pairs are made first and lie in memory; "disk": they are streamed and sorted into partitions on disk
 * iterations     of rank 10, implicit, constant regularisation, two workers
 * memoryInBytes  the budget, or nothing
 * workFolder     where partitions go
 *
 * Prints { startInMs, iterationsInMs, peakInBytes }: the start without the time that making the pairs takes.
 */
import { readFileSync } from "node:fs";
import { AlsJob, wholeSegment } from "../../dist/als/train.js";
import { constantOptions, THREADS } from "../als/ours.mjs";
import { accesses } from "../data/generator.mjs";
import { generate } from "../data/sets.mjs";

const { sizes, where, iterations, memoryInBytes, workFolder } = JSON.parse(process.argv[2]);
const shape = { users: sizes.users, items: sizes.resources };
let makingInMs = 0;
const ratings = where === "disk" ? streamed() : inMemory();

const begin = performance.now();
const options = { ...constantOptions(10), maxIter: iterations };
const job = await AlsJob.start(ratings, options, { threads: THREADS, memoryInBytes, workFolder });
const startInMs = performance.now() - begin - makingInMs;
const iterationsInMs = [];
let last = performance.now();
await job.iterate(wholeSegment(shape), () => {
  const now = performance.now();
  iterationsInMs.push(now - last);
  last = now;
});
await job.close();
console.log(JSON.stringify({ startInMs, iterationsInMs, peakInBytes: peakInBytes() }));

function inMemory() {
  const { user, resource, count } = generate(sizes);
  return { ...shape, user, item: resource, rating: count };
}

function streamed() {
  const stream = accesses(sizes);
  return {
    ...shape,
    *batches() {
      for (;;) {
        const start = performance.now();
        const { value, done } = stream.next();
        makingInMs += performance.now() - start;
        if (done) return;
        yield { user: value.user, item: value.resource, rating: value.count };
      }
    },
  };
}

/** The most memory that this process ever held. Linux's own count starts with the process; `maxRSS` begins with its parent's. */
function peakInBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}
