/*
 * Training and scoring beside what a user would pick instead. Both sides have two threads or workers where nothing else is said, the
 * same data and the same objective, and run in turns; figures are medians. `atLeast` is the ratio that must be reached.
 */
import { iterationRow, objectiveRow } from "../als/implicit.mjs";
import { nativeRow } from "../als/native.mjs";
import { retrainRow, scalingRow } from "../als/ourselves.mjs";
import { nonnegativeRow, wholeJobRow } from "../als/spark.mjs";

const rows = {
  "rank10-S": [iterationRow, { set: "S", rank: 10, atLeast: 12, rounds: 4, iterations: 10 }],
  "rank10-M": [iterationRow, { set: "M", rank: 10, atLeast: 9, rounds: 2, iterations: 10 }],
  "nonnegative-S": [nonnegativeRow, { atLeast: 25, rounds: 3 }],
  "rank64-S": [iterationRow, { set: "S", rank: 64, atLeast: 2.5, rounds: 3, iterations: 10 }],
  "rank64-M": [iterationRow, { set: "M", rank: 64, atLeast: 2.5, rounds: 2, iterations: 10 }],
  "objective-rank10": [objectiveRow, { rank: 10, atLeast: 10, rounds: 5 }],
  "objective-rank64": [objectiveRow, { rank: 64, atLeast: 3, rounds: 5 }],
  "native-rank10": [nativeRow, { rank: 10, atLeast: 1 / 2.2, rounds: 8, portion: 5 }],
  "native-rank64": [nativeRow, { rank: 64, atLeast: 1 / 2.2, rounds: 5, portion: 3 }],
  scaling: [scalingRow, { atLeast: 1.8, rounds: 10 }],
  "score-numpy": [score("numpyRow"), { atLeast: 5, rounds: 15 }],
  "score-spark": [score("sparkRow"), { atLeast: 100, rounds: 5 }],
  "score-synapseml": [score("synapsemlRow"), { atLeast: 500, rounds: 3 }],
  retrain: [retrainRow, { atLeast: 8, rounds: 5 }],
  "whole-job": [wholeJobRow, { atLeast: 15, rounds: 3 }],
};

export const measures = Object.fromEntries(
  Object.entries(rows).map(([measure, [row, options]]) => [
    measure,
    ({ peers }) => {
      if (!peers) throw new Error("its figures are ratios to peers: run it without --no-peers");
      return row({ measure, ...options });
    },
  ]),
);

/** A row of scoring. */
function score(name) {
  return async (options) => (await import("../als/scores.mjs"))[name](options);
}
