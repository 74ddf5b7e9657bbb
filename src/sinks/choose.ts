import type { ScoredPairs } from "../access/types.js";
import type { AccessTable } from "../interactions/accesses.js";

export interface Choice {
  /** The so many most unusual pairs; all by default. */
  top?: number;
  /** Pairs with a score above this, and disconnected ones; all by default. */
  threshold?: number;
}

/**
 * Which pairs a result has, and in which order: with `top` the most unusual first, else in the order of first appearance.
 *
 * Most unusual first is: disconnected, then by score from high to low, then by tenant, user and resource (in code units, so the same
 * everywhere). A pair that the model cannot judge (unknown user or resource) is never among the top nor above a threshold.
 *
 * @returns positions in `pairs`
 */
export function choose(table: AccessTable, pairs: ScoredPairs, { top, threshold }: Choice): Uint32Array {
  const { score } = pairs;
  const judged = top !== undefined || threshold !== undefined;
  const rows: number[] = [];
  for (let row = 0; row < pairs.length; row++) {
    if (judged && Number.isNaN(score[row])) continue;
    if (threshold !== undefined && !(score[row] > threshold)) continue;
    rows.push(row);
  }
  if (top === undefined) return Uint32Array.from(rows);
  const { tenants, users, resources } = table;
  rows.sort(
    (a, b) =>
      (score[a] === score[b] ? 0 : score[b] > score[a] ? 1 : -1) ||
      compare(tenants.names[pairs.tenant[a]], tenants.names[pairs.tenant[b]]) ||
      compare(users.names[pairs.user[a]], users.names[pairs.user[b]]) ||
      compare(resources.names[pairs.resource[a]], resources.names[pairs.resource[b]]),
  );
  return Uint32Array.from(rows.slice(0, top));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
