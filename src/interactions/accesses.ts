import type { Vocabulary } from "./vocabulary.js";

/** `AccessTable.day` of rows whose time is not known. */
export const NO_DAY = -0x8000_0000;

/** The tenant of rows that name none. */
export const NO_TENANT = "0";

/** A day as `YYYY-MM-DD`; null where there is none. */
export function isoDay(day: number): string | null {
  return day === NO_DAY ? null : new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/**
 * Counted accesses: one row for each distinct (tenant, user, resource, day) that was read, by columns.
 *
 * The form in which every source of accesses arrives, whatever its format: what parts are merged into, and what training, scoring, evaluation and reports read.
 */
export interface AccessTable {
  readonly tenants: Vocabulary;
  readonly users: Vocabulary;
  readonly resources: Vocabulary;
  /** i32[length], ids of `tenants`, `users`, `resources`. */
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  /** i32[length], days since 1970-01-01 UTC, or NO_DAY. */
  readonly day: Int32Array;
  /** f64[length], how many accesses, or the sum of the weight column. */
  readonly weight: Float64Array;
  readonly length: number;
  /** What `weight` is: counts of accesses (divided by the days they span) or likelihoods (taken as they are). */
  readonly weightKind: "count" | "likelihood";
}
