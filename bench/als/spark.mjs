/* The rows against Spark MLlib: an iteration of nonnegative training, and the whole job in cold processes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "../../scripts/suites/spark.mjs";
import { sets } from "../data/sets.mjs";
import { numberedSet, peerScript, ratingsOf, root } from "../files.mjs";
import { Peer } from "../peer.mjs";
import { median } from "../print.mjs";
import { lastJson, timed } from "../process.mjs";
import { comparison } from "../row.mjs";
import { sparkOptions, trained } from "./ours.mjs";

/** Fits of few and of many iterations: their difference is iterations alone. */
const FEW = 3;
const MANY = 13;

/** Starts Spark with one of the peers' scripts. */
export async function startSpark(script, args) {
  const env = await setUp();
  return new Peer(env.BYOML_PYTHON, [peerScript(script), ...args], { env });
}

/** Milliseconds of an iteration of Spark, once: a question to spark_als.py for few and one for many iterations. */
export async function sparkIteration(peer) {
  const few = await peer.ask({ iterations: FEW });
  const many = await peer.ask({ iterations: MANY });
  return { version: many.version, milliseconds: (1000 * (many.seconds - few.seconds)) / (MANY - FEW) };
}

/** Milliseconds of an iteration on set S, rank 10, nonnegative: on both sides the iterations after the third. */
export async function nonnegativeRow({ measure, atLeast, rounds }) {
  const ratings = ratingsOf("S");
  const peer = await startSpark("spark_als.py", [numberedSet("S"), "10", "nonnegative"]);
  try {
    await peer.ask({ iterations: 1 });
    const ours = [];
    const theirs = [];
    let version;
    for (let round = 0; round < rounds; round++) {
      ours.push(...(await trained(ratings, sparkOptions, MANY)).times.slice(FEW));
      const one = await sparkIteration(peer);
      theirs.push(one.milliseconds);
      version = one.version;
    }
    return [
      comparison({ measure, ours: median(ours), peer: median(theirs), unit: "ms", peerVersion: version, atLeast }),
    ];
  } finally {
    await peer.close();
  }
}

/** Seconds of a cold process: reads set S from Parquet, trains 25 iterations at rank 10, predicts 2 million pairs, writes Parquet. */
export async function wholeJobRow({ measure, atLeast, rounds }) {
  const input = numberedSet("S");
  const env = await setUp();
  const folder = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  const out = (name) => join(folder, name);
  try {
    const ours = [];
    const theirs = [];
    let version;
    for (let round = 0; round < rounds; round++) {
      for (let run = 0; run < 3; run++) {
        const mine = await timed(process.execPath, [
          join(root, "bench/jobs/train-and-predict.mjs"),
          input,
          out("ours.parquet"),
        ]);
        ours.push(mine.seconds);
        requireRows(lastJson(mine.stdout).rows, "byoml");
      }
      const spark = await timed(env.BYOML_PYTHON, [peerScript("spark_job.py"), input, out("spark.parquet")], { env });
      const answer = lastJson(spark.stdout);
      requireRows(answer.rows, answer.version);
      theirs.push(spark.seconds);
      version = answer.version;
    }
    return [
      comparison({ measure, ours: median(ours), peer: median(theirs), unit: "s", peerVersion: version, atLeast }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function requireRows(rows, side) {
  if (rows !== sets.S.pairs) throw new Error(`${side} wrote ${rows} predictions instead of ${sets.S.pairs}`);
}
