import type { RunOptions } from "../base/progress.js";
import type { ModelData } from "../model/data.js";

/** One access as the library takes it: the columns named by `tenantCol`, `userCol`, `resCol` and `likelihoodCol`. */
export type AccessRow = Readonly<Record<string, unknown>>;

/** Rows in any form that can be walked once. */
export type AccessRows = Iterable<AccessRow> | AsyncIterable<AccessRow>;

/** Why an access has the score that it has. */
export type Reason = "scored" | "seen" | "disconnected" | "unknown-user" | "unknown-resource" | "unknown-both";

/** Every reason, in the order in which reports list them. */
export const reasons: readonly Reason[] = [
  "scored",
  "disconnected",
  "seen",
  "unknown-user",
  "unknown-resource",
  "unknown-both",
];

/** One scored access. */
export interface ScoredAccess {
  tenant: string;
  user: string;
  res: string;
  /**
   * Standardised per tenant over the training accesses (mean 0, deviation 1, higher = more unusual); 0 for an access of the
   * history; Infinity for a user and a resource that no chain of accesses connects; null where the model cannot know.
   */
  score: number | null;
  reason: Reason;
}

/**
 * The distinct accesses of an `AccessTable` with their scores, by columns; row i is the pair (tenant[i], user[i], resource[i])
 * in the table's own ids, in the order in which the pairs first appear in the table.
 */
export interface ScoredPairs {
  readonly length: number;
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  /** f64[length]: a number, Infinity (disconnected) or NaN (unknown). */
  readonly score: Float64Array;
  /** u8[length]: index into `reasons`. */
  readonly reason: Uint8Array;
  /** f64[length]: the sum of the pair's weights. */
  readonly weight: Float64Array;
  /** i32[length]: first and last day of the pair, days since 1970-01-01 UTC, or NO_DAY. */
  readonly firstDay: Int32Array;
  readonly lastDay: Int32Array;
}

/** What the model expected instead, for one access: the base of an explanation. */
export interface Expectation {
  /** Resources that the model expects of this user most, of those it knows, best first. */
  expectedResources: string[];
  /** Users of whom the model expects this resource most, best first. */
  expectedUsers: string[];
}

export interface FitRunOptions extends RunOptions {
  /** How many workers; all cores by default. The result does not depend on it. */
  threads?: number;
  /**
   * Bytes that the process may hold at its peak, with what it holds already. Where the accesses do not fit beside that, they are sorted
   * and read on disk; the model has the same bits. All there is by default.
   */
  memoryInBytes?: number;
  /** Where the work files are then made, and removed; the system's folder for temporary files by default. */
  workFolder?: string;
  /**
   * Training only: a model to start from instead of random factors, of the same rank. Users and resources that it does not know are
   * folded in from those that it knows, and those that have gone are dropped. A retraining so needs a fraction of the iterations.
   */
  warmStart?: { readonly data: ModelData };
  /** What is known of the input, such as its sources and days; kept in the model's facts and in its manifest. */
  trainedOn?: Record<string, unknown>;
}
