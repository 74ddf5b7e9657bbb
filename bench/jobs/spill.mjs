/*
 * More distinct pairs and names than a budget holds: two threads count generated pairs and write runs, which are merged and read:
 * `spill.mjs '{"pairs": …, "names": …, "memoryInBytes": …, "workFolder": …}'`.
 *
 * Every row that comes out is looked at: its place in the order, its weight, and that there are as many as pairs.
 *
 * Prints { seconds, writingSeconds, mergingSeconds, readingSeconds, rows, users, resources, peakInBytes, diskInBytes }.
 */
import { readFileSync, statfsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { spillFolder } from "../../dist/spill/folder.js";
import { mergeRuns } from "../../dist/spill/merge.js";
import { pairsOf, userName } from "../data/pairs.mjs";

const THREADS = 2;
/** Pairs of a run, at most; and what one takes with its names and their sorting, what a process takes, and a name in each thread. */
const MOST_SHARE = 2_500_000;
const PAIR_BYTES = 200;
const PROCESS_BYTES = 150e6;
const NAME_BYTES = 4;
/** On disk a pair takes its row up to three times, and each of its two names in a run once. */
const PAIR_DISK_BYTES = 120;

const { pairs, names, memoryInBytes, workFolder } = JSON.parse(process.argv[2]);
const sizes = { pairs, names };
const { users, resources, weightOf } = pairsOf(sizes);
const diskInBytes = pairs * PAIR_DISK_BYTES;
const { bavail, bsize } = statfsSync(workFolder);
const need = `${(diskInBytes / 1e9).toFixed(2)} GB in ${workFolder}, which has ${((bavail * bsize) / 1e9).toFixed(2)} GB free`;
if (bavail * bsize < diskInBytes) throw new Error(`these pairs need ${need}: make room, or take fewer`);
console.error(`  runs and their merge take up to ${need}`);

const folder = spillFolder(workFolder);
const start = performance.now();
const since = (time) => (performance.now() - time) / 1000;
try {
  const runs = await write(folder.path);
  const writingSeconds = since(start);
  const merging = performance.now();
  const merged = await mergeRuns(runs, { folder, memoryInBytes });
  const mergingSeconds = since(merging);
  const reading = performance.now();
  const { rows } = merged;
  const found = { users: merged.users, resources: merged.resources };
  await check(merged);
  const readingSeconds = since(reading);
  merged.close();
  const seconds = since(start);
  const times = { seconds, writingSeconds, mergingSeconds, readingSeconds };
  console.log(JSON.stringify({ ...times, rows, ...found, peakInBytes: peakInBytes(), diskInBytes }));
} finally {
  folder.remove();
}

/** Has threads write runs; in the order of the pairs, whichever is ready first. */
function write(path) {
  const room = (memoryInBytes - PROCESS_BYTES) / THREADS - NAME_BYTES * names;
  const share = Math.floor(Math.min(MOST_SHARE, room / PAIR_BYTES, Math.ceil(pairs / 8)));
  if (share < 1) throw new Error(`a budget of ${memoryInBytes} bytes is too little for ${names} names`);
  const count = Math.ceil(pairs / share);
  const runs = [];
  let next = 0;
  const thread = () =>
    new Promise((resolve, reject) => {
      const url = new URL("spill-worker.mjs", import.meta.url);
      const worker = new Worker(url, { workerData: { sizes, folder: path, share } });
      const go = () => {
        if (next === count) return worker.terminate();
        worker.postMessage({ run: next, first: next * share });
        next++;
      };
      worker.on("message", ({ run, written }) => {
        runs[run] = written;
        go();
      });
      worker.on("error", reject);
      worker.on("exit", resolve);
      go();
    });
  return Promise.all(Array.from({ length: THREADS }, thread)).then(() => {
    if (runs.filter(Boolean).length < count) throw new Error("a thread that writes runs ended early");
    return runs;
  });
}

/** @throws Error at the first row that is out of order or has another weight, or where there are too few or many */
async function check(merged) {
  let [count, lastUser, lastResource] = [0, "", ""];
  const prefix = userName("").length;
  for await (const { length, user, resource, weight } of merged.batches())
    for (let n = 0; n < length; n++) {
      const ordered = user[n] === lastUser ? resource[n] > lastResource : user[n] > lastUser;
      if (!ordered || weight[n] !== weightOf(Number(user[n].slice(prefix))))
        throw new Error(`row ${count}: wrong: ${user[n]}, ${resource[n]}, ${weight[n]}`);
      lastUser = user[n];
      lastResource = resource[n];
      count++;
    }
  if (count !== pairs || merged.rows !== pairs) throw new Error(`expected ${pairs} rows, got ${count}`);
  if (merged.users !== users || merged.resources > resources) throw new Error(`${merged.users} users of ${users}`);
}

/** The most memory that this process ever held. Linux's own count starts with the process; `maxRSS` begins with its parent's. */
function peakInBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}
