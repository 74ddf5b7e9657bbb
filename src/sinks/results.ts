import { reasons, type ScoredPairs } from "../access/types.js";
import type { AccessTable } from "../interactions/accesses.js";

/** The columns of every result file, in this order. */
export const resultColumns = ["tenant", "user", "res", "anomaly_score", "reason"] as const;

/** Some result rows, by columns. A score is a number, Infinity (disconnected) or NaN (unknown); each format writes its own form. */
export interface ResultBatch {
  readonly length: number;
  readonly tenant: readonly string[];
  readonly user: readonly string[];
  readonly res: readonly string[];
  readonly score: readonly number[];
  readonly reason: readonly string[];
}

/** Rows in one batch: some megabytes of text, so that a long result never stands in memory as a whole. */
const batchRows = 16_384;

/** The scored pairs with their names, in batches, in the order of `rows` (positions in `pairs`), or in their own order. */
export function* resultBatches(
  table: AccessTable,
  pairs: ScoredPairs,
  rows?: ArrayLike<number>,
  rowsInBatch = batchRows,
): Generator<ResultBatch> {
  const total = rows ? rows.length : pairs.length;
  for (let start = 0; start < total; start += rowsInBatch) {
    const length = Math.min(rowsInBatch, total - start);
    const at = Array.from({ length }, (_, i) => (rows ? rows[start + i] : start + i));
    yield {
      length,
      tenant: at.map((row) => table.tenants.names[pairs.tenant[row]]),
      user: at.map((row) => table.users.names[pairs.user[row]]),
      res: at.map((row) => table.resources.names[pairs.resource[row]]),
      score: at.map((row) => pairs.score[row]),
      reason: at.map((row) => reasons[pairs.reason[row]]),
    };
  }
}
