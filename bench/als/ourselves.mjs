/* The rows against ourselves: two workers against one, a retraining against training afresh. */
import { Random } from "../../dist/base/random.js";
import { ratingsOf } from "../files.mjs";
import { median } from "../print.mjs";
import { comparison } from "../row.mjs";
import { split } from "./heldout.mjs";
import { objective } from "./objective.mjs";
import { constantOptions, iterationsTo, sparkOptions, TimedJob, trained } from "./ours.mjs";

const PORTION = 5;
/** As many iterations as an access model is trained by default: yesterday's. */
const YESTERDAY = 25;
/** Today's target is what a cold start has after so many. */
const COLD = 15;
const NEW_PAIRS = 0.05;

/** Milliseconds of an iteration with one worker and with two: set S, rank 10, direct. */
export async function scalingRow({ measure, atLeast, rounds }) {
  const ratings = ratingsOf("S");
  const start = (threads) => TimedJob.start(ratings, constantOptions(10), { portion: PORTION, threads });
  const jobs = [await start(1), await start(2)];
  try {
    const times = [[], []];
    for (let round = 0; round <= rounds; round++)
      for (const [n, job] of jobs.entries()) {
        const portion = await job.iterate();
        // The first round warms up.
        if (round > 0) times[n].push(...portion);
      }
    const [one, two] = times.map(median);
    return [comparison({ measure, ours: two, peer: one, unit: "ms", peerVersion: "byoml, 1 worker", atLeast })];
  } finally {
    for (const job of jobs) await job.close();
  }
}

/**
 * Time from yesterday's factors to the objective of a cold start: set S, rank 10, with the options of an access model (nonnegative,
 * scaled regularisation); yesterday had a random 95 % of the pairs. What the start takes longer because users and resources that came
 * are folded in counts too.
 */
export async function retrainRow({ measure, atLeast, rounds }) {
  const ratings = ratingsOf("S");
  const options = sparkOptions;
  const { kept } = split(ratings, NEW_PAIRS, new Random(3));
  const initial = withoutUnknown((await trained(kept, options, YESTERDAY)).factors, kept);
  const needed = async (iterations) => {
    const target = objective(ratings, (await trained(ratings, options, iterations)).factors, options);
    return iterationsTo(target, ratings, options, { initial });
  };
  const few = await needed(COLD);
  const all = await needed(YESTERDAY);
  const cold = [];
  const warm = [];
  const starts = { cold: [], warm: [] };
  for (let round = 0; round < rounds; round++) {
    const afresh = await trained(ratings, options, COLD);
    const again = await trained(ratings, options, few, { initial });
    cold.push(sum(afresh.times));
    warm.push(sum(again.times));
    starts.cold.push(afresh.start);
    starts.warm.push(again.start);
  }
  const folding = Math.max(0, median(starts.warm) - median(starts.cold));
  return [
    comparison({
      ...{ measure, ours: median(warm) + folding, peer: median(cold), unit: "ms", atLeast },
      peerVersion: `byoml, cold start, ${COLD} iterations`,
      note:
        `${few} from yesterday's factors and ${folding.toFixed(0)} ms for folding in; ` +
        `${all} to what ${YESTERDAY} cold ones reach`,
    }),
  ];
}

/** Factors with NaN in the rows of users and items without a rating: yesterday did not know them. */
function withoutUnknown({ rank, users, items }, ratings) {
  const mark = (factors, ids, size) => {
    const seen = new Uint8Array(size);
    for (const id of ids) seen[id] = 1;
    return factors.map((value, n) => (seen[Math.floor(n / rank)] ? value : Number.NaN));
  };
  return { users: mark(users, ratings.user, ratings.users), items: mark(items, ratings.item, ratings.items) };
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
