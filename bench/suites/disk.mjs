/*
 * More pairs than memory: a training of 300 million pairs from partitions on disk beside set M in memory, budgets and what is really
 * held, and the cost from 1 to 300 million pairs as a plot in docs/. Runs for an hour and needs some 15 GB of disk in `.cache/bench`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sets, sizesFor } from "../data/sets.mjs";
import { plot } from "../disk/plot.mjs";
import { cache, root } from "../files.mjs";
import { median } from "../print.mjs";
import { lastJson, timed } from "../process.mjs";
import { comparison } from "../row.mjs";

const MILLION = 1e6;
const LARGEST = 300 * MILLION;
const ITERATIONS = 5;
/** What the large training may hold; the bar for its peak is 4 GB. */
const LARGE_BUDGET = 3.6e9;
const PEAK_BAR = 4e9;
/** A budget that is kept on ten times the input too. */
const SMALL_BUDGET = 1.5e9;
const COST_SIZES = {
  memory: [1, 3, 10, 30].map((n) => n * MILLION),
  disk: [1, 3, 10, 30, 100, 300].map((n) => n * MILLION),
};

export const measures = { "disk-300M": large, budget, cost };

/**
 * 300 million pairs on disk against set M in memory, nanoseconds a pair: of the whole training (laying ratings out or sorting them into
 * partitions, then five iterations), and of an iteration; and the peak of the large training.
 */
async function large() {
  const disk = await train({ sizes: sizesFor(LARGEST), where: "disk", memoryInBytes: LARGE_BUDGET });
  const memory = await train({ sizes: sets.M, where: "memory" });
  const whole = ({ startInMs, iterationsInMs }) => iterationsInMs.reduce((sum, time) => sum + time, startInMs) * 1e6;
  const shared = { unit: "ns/pair", atLeast: 1 / 1.5, peerVersion: "byoml, set M in memory" };
  return [
    comparison({
      ...{ measure: "disk-300M", ours: whole(disk) / LARGEST, peer: whole(memory) / sets.M.pairs, ...shared },
      note: `${(disk.startInMs / 1000).toFixed(0)} s of it to sort`,
    }),
    comparison({
      ...{ measure: "disk-300M-iteration", ...shared },
      ...{ ours: perPair(disk, LARGEST), peer: perPair(memory, sets.M.pairs) },
    }),
    comparison({
      ...{ measure: "disk-300M-peak", unit: "MB", atLeast: 1, peerVersion: "the bar" },
      ...{ ours: disk.peakInBytes / MILLION, peer: PEAK_BAR / MILLION },
    }),
  ];
}

/** The peak of a process with a budget: it may be a tenth above, on 30 million pairs and on ten times as many. */
async function budget() {
  const rows = [];
  for (const pairs of [LARGEST / 10, LARGEST]) {
    const { peakInBytes } = await train({
      ...{ sizes: sizesFor(pairs), where: "disk", memoryInBytes: SMALL_BUDGET, iterations: 1 },
    });
    rows.push(
      comparison({
        ...{ measure: `budget-${pairs / MILLION}M`, unit: "MB", atLeast: 1 / 1.1, peerVersion: "the budget" },
        ...{ ours: peakInBytes / MILLION, peer: SMALL_BUDGET / MILLION },
      }),
    );
  }
  return rows;
}

/** Milliseconds of an iteration from 1 to 300 million pairs, in memory and on disk; writes docs/cost.svg. */
async function cost() {
  const series = { memory: [], disk: [] };
  const rows = [];
  for (const [where, sizes] of Object.entries(COST_SIZES))
    for (const pairs of sizes) {
      const memoryInBytes = where === "disk" ? LARGE_BUDGET : undefined;
      const result = await train({ sizes: sizesFor(pairs), where, memoryInBytes });
      const seconds = median(result.iterationsInMs) / 1000;
      series[where].push({ pairs, seconds });
      const note = `${perPair(result, pairs).toFixed(1)} ns a pair; start ${(result.startInMs / 1000).toFixed(1)} s`;
      const measure = `cost-${pairs / MILLION}M-${where}`;
      rows.push({ measure, ours: seconds * 1000, peer: null, unit: "ms", ratio: null, note });
    }
  const { pairs, seconds } = series.disk.at(-1);
  const billion = (seconds / pairs) * 1e9;
  rows.at(-1).note += `; 1,000 million pairs at this cost: ${(billion / 60).toFixed(1)} minutes an iteration`;
  writeFileSync(join(root, "docs/cost.svg"), plot(series));
  return rows;
}

/** What was trained already: two measures that ask for the same job share its run. */
const done = new Map();

/** Runs bench/jobs/train-sizes.mjs in a process of its own, with a work folder that is removed. */
async function train(job) {
  const key = JSON.stringify(job);
  if (!done.has(key)) done.set(key, await run(job));
  return done.get(key);
}

async function run(job) {
  mkdirSync(cache, { recursive: true });
  const workFolder = mkdtempSync(join(cache, "work-"));
  try {
    const question = JSON.stringify({ iterations: ITERATIONS, ...job, workFolder });
    console.error(`  ${question}`);
    return lastJson((await timed(process.execPath, [join(root, "bench/jobs/train-sizes.mjs"), question])).stdout);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

function perPair({ iterationsInMs }, pairs) {
  return (median(iterationsInMs) * 1e6) / pairs;
}
