/*
 * Scores of accesses, and the statistics that standardise them.
 *
 * U  user vectors, f64[users, ld]     R  resource vectors, f64[resources, ld], extended by two places so that the dot product of a
 * user's and a resource's vector is the anomaly score itself (SynapseML's layout).
 */
import { factorStride, OK } from "./layout";

/**
 * Scores pairs [first, last): out = dot(U[user], R[res]); NaN where a side is unknown; +infinity across components.
 *
 * @param uPtr           f64[users, ld], 16-byte aligned, in
 * @param rPtr           f64[resources, ld], 16-byte aligned, in
 * @param ld             row stride in doubles, even; columns past the vectors' length are zero
 * @param uComponentPtr  i32[users], in: component of each user
 * @param rComponentPtr  i32[resources], in
 * @param userPtr        i32[pairs], in: row of U, or -1 for an unknown user
 * @param resPtr         i32[pairs], in: row of R, or -1
 * @param outPtr         f64[pairs], out
 * @param first          first pair
 * @param last           one past the last pair
 * @returns 0
 *
 * Cost: ld multiply-adds and two random rows a pair. Writes only out[first, last). Even and odd places are summed apart, in order.
 */
export function scorePairsF64(
  uPtr: usize,
  rPtr: usize,
  ld: i32,
  uComponentPtr: usize,
  rComponentPtr: usize,
  userPtr: usize,
  resPtr: usize,
  outPtr: usize,
  first: i32,
  last: i32,
): i32 {
  const bytes = (<usize>ld) << 3;
  for (let p = first; p < last; p++) {
    const at = (<usize>p) << 2;
    const user = load<i32>(userPtr + at);
    const res = load<i32>(resPtr + at);
    let score: f64 = NaN;
    if ((user | res) >= 0) {
      if (load<i32>(uComponentPtr + ((<usize>user) << 2)) != load<i32>(rComponentPtr + ((<usize>res) << 2))) {
        score = Infinity;
      } else {
        const u = uPtr + <usize>user * bytes;
        const r = rPtr + <usize>res * bytes;
        let sum = f64x2.splat(0);
        for (let b: usize = 0; b < bytes; b += 16) {
          sum = f64x2.add(sum, f64x2.mul(v128.load(u + b), v128.load(r + b)));
        }
        score = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
      }
    }
    store<f64>(outPtr + ((<usize>p) << 3), score);
  }
  return OK;
}

/**
 * Sums of a row's predictions about a centre: out[r] = (sum of d, sum of d^2) with d = dot(x_r, y_i) - centre over the ratings of r.
 *
 * Twice, first about zero and then about the mean so found, it gives the mean and deviation of all training accesses without
 * cancellation. Predictions are summed in float64.
 *
 * @param xPtr    f32[rows, ld], 16-byte aligned, in
 * @param yPtr    f32[sources, ld], 16-byte aligned, in
 * @param ptrPtr  u32[rows + 1], in
 * @param idxPtr  i32[ratings], in
 * @param rank    k
 * @param centre  what is subtracted from each prediction
 * @param outPtr  f64[rows, 2], out
 * @param first   first row
 * @param last    one past the last row
 * @returns 0
 *
 * Writes only out[first, last). The host adds rows up in their order, so that no split changes the sum.
 */
export function deviationRowsF64(
  xPtr: usize,
  yPtr: usize,
  ptrPtr: usize,
  idxPtr: usize,
  rank: i32,
  centre: f64,
  outPtr: usize,
  first: i32,
  last: i32,
): i32 {
  const bytes = (<usize>factorStride(rank)) << 2;
  for (let row = first; row < last; row++) {
    const x = xPtr + <usize>row * bytes;
    let sum: f64 = 0;
    let squares: f64 = 0;
    const end = load<u32>(ptrPtr + ((<usize>row) << 2), 4);
    for (let p = load<u32>(ptrPtr + ((<usize>row) << 2)); p < end; p++) {
      const y = yPtr + <usize>load<u32>(idxPtr + ((<usize>p) << 2)) * bytes;
      let dot = f64x2.splat(0);
      for (let b: usize = 0; b < bytes; b += 8) {
        dot = f64x2.add(
          dot,
          f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(x + b)), f64x2.promote_low_f32x4(v128.load64_zero(y + b))),
        );
      }
      const d = f64x2.extract_lane(dot, 0) + f64x2.extract_lane(dot, 1) - centre;
      sum += d;
      squares += d * d;
    }
    store<f64>(outPtr + ((<usize>row) << 4), sum);
    store<f64>(outPtr + ((<usize>row) << 4), squares, 8);
  }
  return OK;
}
