/*
 * Anomaly scores from float32 factors: the same bits as `scorePairsF64` gives, from rows of half the size.
 *
 * A standardised user vector is U = c [x, -mean, 1] and a resource vector R = [y, 1, 0], with factors x, y that are float32 numbers.
 * So U . R = sum of (c x_i) y_i, plus the place c * -mean. At rank 10 a user is one cache line (64 bytes for 96), and its component
 * lies in the same line: pairs in random order wait for memory, so lines are what counts.
 *
 * user row      f64 c | f64 offset = c * -mean | f32 x[k2] | … | i32 component in the last 4 bytes      k2 = rank rounded up to even,
 * resource row  f32 y[k2] | … | i32 component in the last 4 bytes                                        x, y zero past the rank
 */

import { rowsAhead } from "./ahead";
import { OK } from "./layout";
import { apart, isPair, lookAhead, storeUnknownF64 } from "./pairs";

/** Bytes of a user row before its factors. */
const HEAD: usize = 16;

/**
 * Scores pairs [first, last): out = sum over i of (c x_i) y_i + offset; NaN where a side is unknown; +infinity across components.
 *
 * @param uPtr       u8[users, uStride], 16-byte aligned, in: user rows as above
 * @param users      rows of U
 * @param uStride    bytes of a user row, a multiple of 16
 * @param rPtr       u8[resources, rStride], 16-byte aligned, in: resource rows
 * @param resources  rows of R
 * @param rStride    bytes of a resource row, a multiple of 16
 * @param rank       k
 * @param userPtr    i32[pairs], in: user row; what is no row, such as -1, is an unknown user
 * @param resPtr     i32[pairs], in: resource row, likewise
 * @param outPtr     f64[pairs], out
 * @param first      first pair
 * @param last       one past the last pair
 * @returns 0
 *
 * A negative component counts as unknown; no negative number may stand on both sides. Writes only out[first, last). Products and sums
 * are float64 and unfused; even and odd places are summed apart, in order, the offset at place k. Places left out are zeros.
 */
export function scoreScaledF64(
  uPtr: usize,
  users: i32,
  uStride: usize,
  rPtr: usize,
  resources: i32,
  rStride: usize,
  rank: i32,
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
  const step = <i32>rowsAhead(uStride);
  for (let p = first; p < last; ) {
    const end = min(p + step, last);
    const all = lookAhead(uPtr, uStride, users, rPtr, rStride, resources, userPtr, resPtr, p, end);
    for (; p < end; p++) {
      const at = (<usize>p) << 2;
      const user = load<u32>(userPtr + at);
      const res = load<u32>(resPtr + at);
      let score: f64 = NaN;
      if (all || isPair(user, users, res, resources)) {
        const u = uPtr + <usize>user * uStride;
        const r = rPtr + <usize>res * rStride;
        const a = load<i32>(u + uStride - 4);
        const b = load<i32>(r + rStride - 4);
        score = a == b ? dot(u, r, rank) : apart(a, b);
      }
      store<f64>(outPtr + (at << 1), score);
    }
  }
  return OK;
}

/** The score of rows in one component. */
function dot(u: usize, r: usize, rank: i32): f64 {
  const sums = rank == 10 ? sumTen(u, r) : sumAll(u, r, rank);
  const even = f64x2.extract_lane(sums, 0);
  const odd = f64x2.extract_lane(sums, 1);
  const offset = load<f64>(u, 8);
  return rank & 1 ? even + (odd + offset) : even + offset + odd;
}

/** The sums of even and of odd places. */
function sumAll(u: usize, r: usize, rank: i32): v128 {
  const c = v128.load64_splat(u);
  const end = (<usize>((rank + 1) & ~1)) << 2;
  let sums = f64x2.splat(0);
  for (let at: usize = 0; at < end; at += 8) sums = f64x2.add(sums, terms(c, u + at, r + at));
  return sums;
}

/** The same at rank 10, where most models are. */
function sumTen(u: usize, r: usize): v128 {
  const c = v128.load64_splat(u);
  let sums = terms(c, u, r);
  sums = f64x2.add(sums, terms(c, u + 8, r + 8));
  sums = f64x2.add(sums, terms(c, u + 16, r + 16));
  sums = f64x2.add(sums, terms(c, u + 24, r + 24));
  return f64x2.add(sums, terms(c, u + 32, r + 32));
}

/** Two places of a dot product, (c x_i) y_i. */
function terms(c: v128, u: usize, r: usize): v128 {
  const x = f64x2.promote_low_f32x4(v128.load64_zero(u, HEAD));
  return f64x2.mul(f64x2.mul(c, x), f64x2.promote_low_f32x4(v128.load64_zero(r)));
}
