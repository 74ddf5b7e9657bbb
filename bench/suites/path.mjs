/*
 * The whole path, from exports to scores on disk: `byoml train` and `byoml score` beside one process of Spark that does as much with
 * MLlib. Whole processes with two threads, files in the page cache, both sides in turns; figures are medians. Ours reads the exports
 * twice, once for each command; Spark keeps what it counted. `--size 20GB` takes exports of another size than 2 GB.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "../../scripts/suites/spark.mjs";
import { peerScript, root } from "../files.mjs";
import { exportsOf, parseSize } from "../ingest/data.mjs";
import { median } from "../print.mjs";
import { lastJson, timed } from "../process.mjs";
import { comparison } from "../row.mjs";

const DEFAULT_SIZE = "2GB";
const ROUNDS = 3;
const cli = join(root, "dist/cli/main.js");

/** The options of the command line that the suite takes beside those of all suites. */
export const options = ["size"];

export const measures = { "whole-path-spark": wholePath };

async function wholePath({ peers, size = DEFAULT_SIZE }) {
  const measure = "whole-path-spark";
  const bytes = parseSize(size);
  const folder = await exportsOf("mixed", bytes);
  const env = peers ? await setUp() : undefined;
  const runs = { ours: [], peer: [] };
  for (let round = 0; round < ROUNDS; round++) {
    runs.ours.push(await inFolder((work) => ours(folder, work)));
    if (peers) runs.peer.push(await inFolder((work) => spark(folder, work, env)));
  }
  for (const { pairs, accesses } of [...runs.ours, ...runs.peer]) {
    const [first] = runs.ours;
    if (pairs !== first.pairs || accesses !== first.accesses)
      throw new Error(
        `a run scored ${pairs} pairs of ${accesses} accesses, byoml at first ${first.pairs} of ${first.accesses}`,
      );
  }
  const stages = `${bytes / 1e6} MB of JSON; ours: ${stagesOf(runs.ours)}`;
  const seconds = median(runs.ours.map((run) => run.seconds));
  if (!peers) return [{ measure, ours: seconds, peer: null, unit: "s", ratio: null, note: stages }];
  const peer = median(runs.peer.map((run) => run.seconds));
  const note = `${stages}; Spark: ${stagesOf(runs.peer)}`;
  return [comparison({ measure, ours: seconds, peer, unit: "s", peerVersion: runs.peer[0].version, note })];
}

/** Two processes: learns from the export and saves the model, loads it and scores the export. */
async function ours(folder, work) {
  const flags = ["--where", "EventID=5140", "--threads", "2", "--model", join(work, "model"), "--json", "--quiet"];
  const train = await timed(process.execPath, [cli, "train", folder, ...flags]);
  const out = ["--out", join(work, "scores.csv")];
  const score = await timed(process.execPath, [cli, "score", folder, ...flags, ...out]);
  const { timings, reading } = JSON.parse(train.stdout);
  const scored = JSON.parse(score.stdout);
  const again = scored.timings.map(({ stage, seconds }) => ({
    stage: stage === "read" ? "read again" : stage,
    seconds,
  }));
  return {
    ...{ seconds: train.seconds + score.seconds, timings: [...timings, ...again] },
    ...{ pairs: scored.accesses, accesses: reading.counted },
  };
}

async function spark(folder, work, env) {
  const { seconds, stdout } = await timed(env.BYOML_PYTHON, [peerScript("spark_path.py"), folder, work], { env });
  return { seconds, ...lastJson(stdout) };
}

/** `read 1.20 s, train 0.80 s …`: the medians of the stages. */
function stagesOf(runs) {
  return runs[0].timings
    .map(({ stage }, at) => `${stage} ${median(runs.map(({ timings }) => timings[at].seconds)).toFixed(2)} s`)
    .join(", ");
}

async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
