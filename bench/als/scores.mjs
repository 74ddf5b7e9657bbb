/* The rows of scoring: all pairs of set S in their random order, rank 10. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccessAnomalyModel } from "../../dist/access/model.js";
import { Predictor } from "../../dist/als/predict.js";
import { dumpedSet, numberedSet, peerScript, ratingsOf } from "../files.mjs";
import { Peer } from "../peer.mjs";
import { median } from "../print.mjs";
import { comparison } from "../row.mjs";
import { setUpImplicit } from "../setup/implicit.mjs";
import { sparkOptions, THREADS, trained } from "./ours.mjs";
import { startSpark } from "./spark.mjs";

const RANK = 10;
/** The ways to write it in one line, of which the faster one is the peer; and one in a loop over small chunks, told beside it. */
const WAYS = ["einsum", "matmul"];
const LOOP = "chunks";
/** Predictions are float32 sums of ten products on both sides, in different orders: they differ by less, relative to the largest. */
const SAME = 1e-5;
/** Our runs to one of a peer in Spark, which takes seconds. */
const RUNS_A_TURN = 10;

/** Predictions a second against numpy on one thread, its fastest way. */
export async function numpyRow({ measure, atLeast, rounds }) {
  const { ratings, factors } = await model();
  const folder = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  for (const side of ["users", "items"]) writeFileSync(join(folder, `${side}.f32`), factors[side]);
  const { BYOML_PYTHON, ...env } = setUpImplicit();
  const peer = new Peer(BYOML_PYTHON, [peerScript("numpy_scores.py"), dumpedSet("S"), folder, String(RANK)], { env });
  const ours = await predicting(ratings, factors);
  try {
    const seconds = Object.fromEntries([...WAYS, LOOP].map((way) => [way, []]));
    const versions = {};
    const times = [];
    for (let round = 0; round <= rounds; round++) {
      const turn = await ours.run();
      if (round > 0) times.push(turn);
      for (const way of [...WAYS, LOOP]) {
        const file = round === 0 ? join(folder, way) : null;
        const answer = await peer.ask({ way, out: file });
        versions[way] = answer.version;
        if (round > 0) seconds[way].push(answer.seconds);
        else compare(ours.out, new Float32Array(new Uint8Array(readFileSync(file)).buffer), way);
      }
    }
    const way = WAYS.reduce((best, one) => (median(seconds[one]) < median(seconds[best]) ? one : best));
    const rows = ratings.user.length;
    const note = `in a loop over chunks of 4,096 numpy makes ${(rows / median(seconds[LOOP]) / 1e6).toFixed(0)} M rows/s`;
    return [rateRow({ measure, atLeast, rows, ours: times, peer: seconds[way], version: versions[way], note })];
  } finally {
    await ours.close();
    await peer.close();
    rmSync(folder, { recursive: true });
  }
}

/** Predictions a second against `ALSModel.transform`. */
export async function sparkRow(options) {
  const { ratings, factors } = await model();
  return besideSpark("mllib", await predicting(ratings, factors), ratings.user.length, options);
}

/** Anomaly scores a second, of numbered users and resources, against `AccessAnomalyModel.transform`. */
export async function synapsemlRow(options) {
  const { ratings, factors } = await model();
  return besideSpark("synapseml", scoring(ratings, factors), ratings.user.length, options);
}

async function besideSpark(kind, ours, rows, { measure, atLeast, rounds }) {
  const peer = await startSpark("spark_scores.py", [numberedSet("S"), String(RANK), kind]);
  try {
    const times = [];
    const seconds = [];
    let version;
    for (let round = 0; round <= rounds; round++) {
      const turn = [];
      for (let run = 0; run < RUNS_A_TURN; run++) turn.push(await ours.run());
      const answer = await peer.ask({});
      if (answer.rows !== rows) throw new Error(`${answer.version} scored ${answer.rows} rows instead of ${rows}`);
      // The first round warms both up.
      if (round === 0) continue;
      times.push(...turn);
      seconds.push(answer.seconds);
      version = answer.version;
    }
    return [rateRow({ measure, atLeast, rows, ours: times, peer: seconds, version })];
  } finally {
    await ours.close();
    await peer.close();
  }
}

/** Factors to score with, and the pairs. */
async function model() {
  const ratings = ratingsOf("S");
  return { ratings, factors: (await trained(ratings, { ...sparkOptions, rank: RANK }, 3)).factors };
}

/** Our predictions of all pairs: `run` gives the seconds of one pass, `out` holds its results. */
async function predicting({ user, item }, factors) {
  const predictor = await Predictor.start(factors, { threads: THREADS, expected: user.length });
  const out = new Float32Array(user.length);
  return {
    out,
    run: () => seconds(() => predictor.predict({ user, item }, out)),
    close: () => predictor.close(),
  };
}

/** Our anomaly scores of all pairs, from a model of the same factors: one tenant, one component, mean 0 and deviation 1. */
function scoring({ user, item, users, items }, factors) {
  const side = (x, rows, extra) => {
    const tenant = new Array(rows).fill("t0");
    const name = Array.from({ length: rows }, (_, row) => String(row));
    const vectors = new Float64Array(rows * (RANK + 2));
    for (let row = 0; row < rows; row++) {
      vectors.set(x.subarray(row * RANK, (row + 1) * RANK), row * (RANK + 2));
      vectors.set(extra, row * (RANK + 2) + RANK);
    }
    return { entities: { tenant, name, vectors }, components: { tenant, name, component: new BigInt64Array(rows) } };
  };
  const left = side(factors.users, users, [-1, -1]);
  const right = side(factors.items, items, [1, 0]);
  const data = {
    columns: { tenant: "tenant", user: "user", res: "res", output: "anomaly_score" },
    dimension: RANK + 2,
    ...{ users: left.entities, resources: right.entities },
    ...{ userComponents: left.components, resourceComponents: right.components, history: null },
  };
  const scorer = new AccessAnomalyModel(data, null).openScorer({ threads: THREADS, expected: user.length });
  const out = new Float64Array(user.length);
  return {
    run: () => seconds(() => scorer.score({ user, resource: item }, out)),
    close: () => scorer.close(),
  };
}

async function seconds(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function rateRow({ measure, atLeast, rows, ours, peer, version, note }) {
  const rate = (times) => rows / median(times) / 1e6;
  return comparison({
    ...{
      measure,
      ours: rate(ours),
      peer: rate(peer),
      unit: "M rows/s",
      rate: true,
      peerVersion: version,
      atLeast,
      note,
    },
  });
}

function compare(ours, theirs, way) {
  const largest = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const wrong = ours.findIndex((value, n) => !(Math.abs(value - theirs[n]) <= SAME * largest));
  if (theirs.length !== ours.length || wrong >= 0)
    throw new Error(`prediction ${wrong} is ${ours[wrong]} here and ${theirs[wrong]} in numpy (${way})`);
}
