/*
 * Scores of accesses, and the statistics that standardise them.
 *
 * U  user vectors, f64[users, ld]     R  resource vectors, f64[resources, ld], extended by two places so that the dot product of a
 * user's and a resource's vector is the anomaly score itself (SynapseML's layout).
 */
import { rowsAhead } from "./ahead";
import { factorStride, OK } from "./layout";
import { apart, isPair, lookAhead, storeUnknownF64 } from "./pairs";

/**
 * Scores pairs [first, last): out = dot(U[user], R[res]); NaN where a side is unknown; +infinity across components.
 *
 * @param uPtr           f64[users, ld], 16-byte aligned, in
 * @param users          rows of U
 * @param rPtr           f64[resources, ld], 16-byte aligned, in
 * @param resources      rows of R
 * @param ld             row stride in doubles, even; columns past the vectors' length are zero
 * @param uComponentPtr  i32[users], in: component of each user; negative for a user that counts as unknown
 * @param rComponentPtr  i32[resources], in; no negative number may stand on both sides
 * @param userPtr        i32[pairs], in: row of U; what is no row, such as -1, is an unknown user
 * @param resPtr         i32[pairs], in: row of R, likewise
 * @param outPtr         f64[pairs], out
 * @param first          first pair
 * @param last           one past the last pair
 * @returns 0
 *
 * Cost: ld multiply-adds, two random rows and two random numbers a pair; the rows of a block of pairs are read ahead. Writes only
 * out[first, last). Even and odd places are summed apart, in order, so a pair's bits depend on its two rows alone.
 */
export function scorePairsF64(
  uPtr: usize,
  users: i32,
  rPtr: usize,
  resources: i32,
  ld: i32,
  uComponentPtr: usize,
  rComponentPtr: usize,
  userPtr: usize,
  resPtr: usize,
  outPtr: usize,
  first: i32,
  last: i32,
): i32 {
  if (users == 0 || resources == 0) {
    storeUnknownF64(outPtr, first, last);
    return OK;
  }
  const bytes = (<usize>ld) << 3;
  const step = <i32>rowsAhead(bytes);
  for (let p = first; p < last; ) {
    const end = min(p + step, last);
    const all = lookAhead(uPtr, bytes, users, rPtr, bytes, resources, userPtr, resPtr, p, end);
    for (; p < end; p++) {
      const at = (<usize>p) << 2;
      const user = load<u32>(userPtr + at);
      const res = load<u32>(resPtr + at);
      let score: f64 = NaN;
      if (all || isPair(user, users, res, resources)) {
        const a = load<i32>(uComponentPtr + ((<usize>user) << 2));
        const b = load<i32>(rComponentPtr + ((<usize>res) << 2));
        score = a == b ? dot(uPtr + <usize>user * bytes, rPtr + <usize>res * bytes, bytes) : apart(a, b);
      }
      store<f64>(outPtr + (at << 1), score);
    }
  }
  return OK;
}

function dot(u: usize, r: usize, bytes: usize): f64 {
  let sums = f64x2.splat(0);
  for (let b: usize = 0; b < bytes; b += 16) sums = f64x2.add(sums, f64x2.mul(v128.load(u + b), v128.load(r + b)));
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Sums of a row's predictions about a centre: out[r] = (sum of d, sum of d^2) with d = dot(x_r, y_i) - centre over the ratings of r.
 *
 * Twice, first about zero and then about the mean so found, it gives the mean and deviation of all training accesses without
 * cancellation. Predictions are summed in float64.
 *
 * @param xPtr    f32[rows, ld], 16-byte aligned, in
 * @param yPtr    f32[sources, ld], 16-byte aligned, in
 * @param placesPtr  u32[rows], in: where each row stands in x and ptr; 0 where that is the row itself
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
  placesPtr: usize,
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
    const place = <usize>(placesPtr ? load<u32>(placesPtr + ((<usize>row) << 2)) : row);
    const x = xPtr + place * bytes;
    let sum: f64 = 0;
    let squares: f64 = 0;
    const at = ptrPtr + (place << 2);
    const end = load<u32>(at, 4);
    for (let p = load<u32>(at); p < end; p++) {
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
