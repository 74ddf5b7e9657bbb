/*
 * The main job: the demo, a small training with text names against SynapseML, and an iteration on set S against Spark MLlib.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alsDefaults } from "../../dist/als/options.js";
import { AlsJob, wholeSegment } from "../../dist/als/train.js";
import { setUp } from "../../scripts/suites/spark.mjs";
import { sparkIteration, startSpark } from "../als/spark.mjs";
import { namedSample, numberedSet, peerScript, ratingsOf, root } from "../files.mjs";
import { median } from "../print.mjs";
import { lastJson, timed } from "../process.mjs";

const cli = join(root, "dist/cli/main.js");

export const measures = { demo, "small-job": smallJob, iteration };

/** `npm run demo`, the whole process. */
async function demo() {
  const seconds = [];
  for (let run = 0; run < 5; run++) seconds.push((await timed("npm", ["run", "demo"])).seconds);
  return [{ measure: "demo", ours: median(seconds), peer: null, unit: "s", ratio: null, note: "bar: at most 3 s" }];
}

/**
 * About 100,000 rows with text names, read from Parquet: train 25 iterations and score all of them, one process from start to the
 * scores on disk; and the same by way of the command line, two processes that save and load the model in between.
 */
async function smallJob({ peers }) {
  const input = namedSample();
  const folder = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  const out = join(folder, "scores.jsonl");
  const one = [];
  const two = [];
  for (let run = 0; run < 5; run++) {
    one.push((await timed(process.execPath, [join(root, "bench/jobs/train-and-score.mjs"), input, out])).seconds);
    const model = join(folder, `model${run}`);
    const train = await timed(process.execPath, [cli, "train", input, "--model", model]);
    const score = await timed(process.execPath, [cli, "score", input, "--model", model, "--out", out]);
    two.push(train.seconds + score.seconds);
  }
  rmSync(folder, { recursive: true });
  const rows = [
    { measure: "small-job", ours: median(one), peer: null, unit: "s", ratio: null, note: "bar: at most 1.5 s" },
    { measure: "small-job-commands", ours: median(two), peer: null, unit: "s", ratio: null, note: "train, then score" },
  ];
  if (!peers) return rows;
  const env = await setUp();
  const { seconds, stdout } = await timed(env.BYOML_PYTHON, [peerScript("synapseml_job.py"), input], { env });
  const { version } = lastJson(stdout);
  return rows.map((row) => ({ ...row, peer: seconds, ratio: seconds / row.ours, peerVersion: version }));
}

/** Milliseconds of an iteration on set S, rank 10, nonnegative, implicit, with one worker and with two. */
async function iteration({ peers }) {
  const path = numberedSet("S");
  const ratings = ratingsOf("S");
  const options = { ...alsDefaults, maxIter: 25, regParam: 1, implicitPrefs: true, nonnegative: true };
  const measured = [];
  for (const threads of [1, 2]) {
    const job = await AlsJob.start(ratings, options, { threads });
    const times = [];
    let last = performance.now();
    await job.iterate(wholeSegment(ratings), () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
    });
    await job.close();
    const measure = `iteration-${threads}-worker${threads > 1 ? "s" : ""}`;
    measured.push({ measure, ours: median(times), peer: null, unit: "ms", ratio: null });
  }
  if (!peers) return measured;
  const spark = await startSpark("spark_als.py", [path, "10", "nonnegative"]);
  await spark.ask({ iterations: 1 });
  const { version, milliseconds } = await sparkIteration(spark);
  await spark.close();
  return measured.map((row) => ({ ...row, peer: milliseconds, ratio: milliseconds / row.ours, peerVersion: version }));
}
