/*
 * Whether the approximate solver may stand for the direct one: on set S, after the same ten iterations, its objective is at most 1e-4
 * (relative) above and the area under the curve on held-out pairs at most 0.002 below the direct solver's.
 */
import { Random } from "../../dist/base/random.js";
import { ratingsOf } from "../files.mjs";
import { split } from "./heldout.mjs";
import { dotOf, objective } from "./objective.mjs";
import { trained } from "./ours.mjs";

const ITERATIONS = 10;
const LARGEST_OBJECTIVE_SHARE = 1e-4;
const LARGEST_AUC_DIFFERENCE = 2e-3;
const HELD_OUT = 0.1;
const PAIRS = 200_000;

const checked = new Map();

/** The check of some options, made once a run; throws when it fails. */
export async function acceptance(options) {
  const key = JSON.stringify(options);
  if (!checked.has(key)) checked.set(key, await check(options));
  return checked.get(key);
}

async function check(options) {
  const ratings = ratingsOf("S");
  const { kept, held } = split(ratings, HELD_OUT, new Random(99));
  const results = {};
  for (const solver of ["direct", options.solver]) {
    const { factors } = await trained(kept, { ...options, solver }, ITERATIONS);
    results[solver] = { objective: objective(kept, factors, options), auc: areaUnderCurve(ratings, held, factors) };
  }
  const objectiveShare = results[options.solver].objective / results.direct.objective - 1;
  const aucDifference = results.direct.auc - results[options.solver].auc;
  console.error(
    `acceptance of the ${options.solver} solver at rank ${options.rank}: objective ${results[options.solver].objective} against ` +
      `${results.direct.objective}, AUC ${results[options.solver].auc.toFixed(5)} against ${results.direct.auc.toFixed(5)}`,
  );
  if (!(objectiveShare <= LARGEST_OBJECTIVE_SHARE && aucDifference <= LARGEST_AUC_DIFFERENCE))
    throw new Error(
      `the ${options.solver} solver is not accepted: objective ${objectiveShare} above (at most ${LARGEST_OBJECTIVE_SHARE}), ` +
        `AUC ${aucDifference} below (at most ${LARGEST_AUC_DIFFERENCE})`,
    );
  return { objectiveShare, aucDifference };
}

/** How often a held-out pair scores above a random pair that is in neither part: the area under the ROC curve. */
function areaUnderCurve(ratings, held, { rank, users, items }) {
  const random = new Random(5);
  const known = new Set();
  for (let n = 0; n < ratings.user.length; n++) known.add(ratings.user[n] * ratings.items + ratings.item[n]);
  const count = Math.min(PAIRS, held.user.length);
  const scores = new Float64Array(2 * count);
  for (let n = 0; n < count; n++) {
    let item;
    do item = random.integer(ratings.items);
    while (known.has(held.user[n] * ratings.items + item));
    scores[n] = dotOf(users, held.user[n] * rank, items, held.item[n] * rank, rank);
    scores[count + n] = dotOf(users, held.user[n] * rank, items, item * rank, rank);
  }
  // Mann and Whitney: from the sum of the ranks of the held-out pairs; equal scores share their mean rank.
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0;
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    while (end < order.length && scores[order[end]] === scores[order[begin]]) end++;
    for (let n = begin; n < end; n++) if (order[n] < count) ranks += (begin + end + 1) / 2;
    begin = end;
  }
  return (ranks - (count * (count + 1)) / 2) / count ** 2;
}
