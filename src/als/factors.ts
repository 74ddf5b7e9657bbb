/*
 * Factors between the host's layout, f32[rows, rank], and the kernels', whose rows have padding of zeros.
 */

/** Factors to start from, f32[users, rank] and f32[items, rank]; a row of NaN is unknown. */
export interface InitialFactors {
  users: Float32Array;
  items: Float32Array;
}

/** Writes the known rows of `from`; unknown ones stay as they are. */
export function padKnownRows(from: Float32Array, rank: number, to: Float32Array, stride: number): void {
  for (let row = 0; row * rank < from.length; row++) {
    const values = from.subarray(row * rank, (row + 1) * rank);
    if (Number.isNaN(values[0])) continue;
    to.set(values, row * stride);
    to.fill(0, row * stride + rank, (row + 1) * stride);
  }
}

/** A copy without padding: f32[rows, rank]. */
export function withoutPadding(from: Float32Array, stride: number, rows: number, rank: number): Float32Array {
  const to = new Float32Array(rows * rank);
  for (let row = 0; row < rows; row++) for (let i = 0; i < rank; i++) to[row * rank + i] = from[row * stride + i];
  return to;
}
