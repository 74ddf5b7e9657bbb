/*
 * Factors as callers have them, without padding, and as the kernels do.
 */

/** Factors, f32[users, rank] and f32[items, rank], row-major. */
export interface AlsFactors {
  rank: number;
  users: Float32Array;
  items: Float32Array;
}

/**
 * Writes the known rows of initial factors; those of NaN stay as they are.
 *
 * @param from    f32[rows, rank]
 * @param to      f32[rows, stride]
 */
export function padKnownRows(from: Float32Array, rank: number, to: Float32Array, stride: number): void {
  for (let row = 0; row * rank < from.length; row++) {
    const values = from.subarray(row * rank, (row + 1) * rank);
    if (Number.isNaN(values[0])) continue;
    to.fill(0, row * stride, (row + 1) * stride);
    to.set(values, row * stride);
  }
}

/**
 * A copy of the rows without their padding, in the order of their numbers.
 *
 * @param from    f32[rows, stride]
 * @param places  where each row stands, i32[rows], where that is not by number
 * @returns f32[rows, rank]
 */
export function withoutPadding(
  from: Float32Array,
  stride: number,
  rows: number,
  rank: number,
  places?: Int32Array,
): Float32Array {
  const to = new Float32Array(rows * rank);
  for (let row = 0; row < rows; row++) {
    const at = (places ? places[row] : row) * stride;
    to.set(from.subarray(at, at + rank), row * rank);
  }
  return to;
}
