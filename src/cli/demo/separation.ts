import type { Sample, SampleAccess } from "../../access/sample.js";
import type { ScoreRow } from "../scores.js";
import { accountOf, shareOf } from "./export.js";

/** How far the model tells the sample's two test sets apart. */
export interface Separation {
  /** Mean score of accesses within a department that training has not seen, and of everyone's access to `ffa`. */
  intra: number;
  /** Mean score of accesses across departments, and of everyone's access to `ffa`. */
  inter: number;
  /** `inter - intra`: in deviations of the training accesses. */
  difference: number;
}

export function separationOf({ intra, inter }: Sample, scored: readonly ScoreRow[]): Separation {
  const scores = new Map(scored.map(({ user, res, anomaly_score }) => [`${user}\t${res}`, anomaly_score]));
  const mean = (accesses: readonly SampleAccess[]) => {
    let sum = 0;
    for (const { user, res } of accesses) {
      const score = scores.get(`${accountOf(user)}\t${shareOf(res)}`);
      if (score === undefined || score === null) throw new Error(`the demo's access of ${user} to ${res} has no score`);
      sum += score;
    }
    return sum / accesses.length;
  };
  const means = { intra: mean(intra), inter: mean(inter) };
  return { ...means, difference: means.inter - means.intra };
}
