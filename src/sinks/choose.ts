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
  const order = top === undefined ? undefined : unusualFirst(table, pairs);
  const full = top === undefined ? Number.POSITIVE_INFINITY : Math.max(2 * top, 1024);
  let cutoff = Number.NEGATIVE_INFINITY;
  let rows: number[] = [];
  for (let row = 0; row < pairs.length; row++) {
    if (judged && Number.isNaN(score[row])) continue;
    if (threshold !== undefined && !(score[row] > threshold)) continue;
    if (score[row] < cutoff) continue;
    rows.push(row);
    if (rows.length < full) continue;
    rows = rows.sort(order).slice(0, top); // so that a million pairs are not sorted for the sake of ten
    cutoff = score[rows[rows.length - 1]];
  }
  return Uint32Array.from(order ? rows.sort(order).slice(0, top) : rows);
}

function unusualFirst(table: AccessTable, pairs: ScoredPairs): (a: number, b: number) => number {
  const { score, tenant, user, resource } = pairs;
  const { tenants, users, resources } = table;
  return (a, b) =>
    (score[a] === score[b] ? 0 : score[b] > score[a] ? 1 : -1) ||
    compare(tenants.names[tenant[a]], tenants.names[tenant[b]]) ||
    compare(users.names[user[a]], users.names[user[b]]) ||
    compare(resources.names[resource[a]], resources.names[resource[b]]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
