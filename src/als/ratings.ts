import type { RatingsBatch, RatingsSource } from "../store/source.js";

/** Ratings in coordinate form. A pair may stand more than once: it counts as two ratings, as in Spark. */
export interface Ratings {
  /** Number of users and of items; each id is below it. */
  users: number;
  items: number;
  /** i32[n], i32[n], f32[n] */
  user: Int32Array;
  item: Int32Array;
  rating: Float32Array;
}

export type Side = "user" | "item";

/** Ratings of a batch: some milliseconds of sorting. */
const BATCH = 1 << 20;

/** Ratings in memory as a source that is walked in batches. */
export function batchesOf({ users, items, user, item, rating }: Ratings): RatingsSource {
  function* batches(): Generator<RatingsBatch> {
    for (let n = 0; n < rating.length; n += BATCH)
      yield {
        user: user.subarray(n, n + BATCH),
        item: item.subarray(n, n + BATCH),
        rating: rating.subarray(n, n + BATCH),
      };
  }
  return { users, items, batches };
}

/** Users and items that are trained together, apart from all others: a tenant, or everything. */
export interface Segment {
  users: readonly [first: number, last: number];
  items: readonly [first: number, last: number];
}

/** Compressed rows over the shared memory: the ratings of row r are positions ptr[r] to ptr[r + 1]. */
export interface CompressedRows {
  ptr: Uint32Array;
  idx: Int32Array;
  val: Float32Array;
}

/**
 * Groups ratings by row: a counting sort that keeps the order of the ratings within a row.
 *
 * @param rows     number of rows
 * @param rowOf    i32[n], the row of each rating
 * @param otherOf  i32[n], the other side of each rating
 * @param out      ptr u32[rows + 1], idx i32[n], val f32[n], filled
 */
export function compressRows(
  rows: number,
  rowOf: Int32Array,
  otherOf: Int32Array,
  rating: Float32Array,
  out: CompressedRows,
): void {
  const { ptr, idx, val } = out;
  ptr.fill(0);
  for (let n = 0; n < rowOf.length; n++) ptr[rowOf[n] + 1]++;
  for (let r = 0; r < rows; r++) ptr[r + 1] += ptr[r];
  const next = ptr.slice(0, rows);
  for (let n = 0; n < rowOf.length; n++) {
    const at = next[rowOf[n]]++;
    idx[at] = otherOf[n];
    val[at] = rating[n];
  }
}
