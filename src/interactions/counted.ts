import type { Repeats } from "./counter.js";

/** Distinct names, each once: UTF-8 of well-formed text, one after the other. Name n ends before `ends[n]`. */
export interface NameBytes {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * Record ids of counted accesses, in the order of the records, for finding records that stand twice: 128 bits a record, keyed hashes
 * of the ids. Accesses without a record id are not among them.
 */
export interface RecordIds {
  /** u32[4 n] */
  readonly ids: Uint32Array;
  /** i32[n]: the row that the access was counted in; of one that was kept apart, -1 - its number among the repeats. */
  readonly access: Int32Array;
}

/**
 * Counted accesses of a part of a whole, as plain typed arrays: one row for each distinct (tenant, user, resource, day). Crosses
 * threads and lies on disk as it is.
 */
export interface CountedPart {
  /** Of tenants, users and resources alike. */
  readonly names: NameBytes;
  /** i32[length], ids of `names`. */
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  /** i32[length], days since 1970-01-01 UTC, or NO_DAY. */
  readonly day: Int32Array;
  /** f64[length] */
  readonly weight: Float64Array;
  readonly length: number;
  /** Weights of a column after the first of each row, which are summed when all parts are known. */
  readonly repeats: Repeats;
  readonly recordIds: RecordIds;
}
