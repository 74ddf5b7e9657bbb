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
import { OK } from "./layout";
import { areRows, headsOf, rowAt, rowMask, storeFour, storeOne, storeUnknownF64 } from "./pairs";

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
  const lastUser = i32x4.splat(users - 1);
  const lastResource = i32x4.splat(resources - 1);
  let p = first;
  for (; p + 4 <= last; p += 4) {
    const ids = userPtr + ((<usize>p) << 2);
    const others = resPtr + ((<usize>p) << 2);
    if (areRows(v128.load(ids), lastUser, v128.load(others), lastResource)) {
      scoreFour(uPtr, uStride, rPtr, rStride, rank, ids, others, outPtr + ((<usize>p) << 3));
    } else {
      for (let q = p; q < p + 4; q++)
        scoreOne(uPtr, users, uStride, rPtr, resources, rStride, rank, userPtr, resPtr, outPtr, q);
    }
  }
  for (; p < last; p++) scoreOne(uPtr, users, uStride, rPtr, resources, rStride, rank, userPtr, resPtr, outPtr, p);
  return OK;
}

/** Four pairs, whose ids are rows. */
function scoreFour(
  uPtr: usize,
  uStride: usize,
  rPtr: usize,
  rStride: usize,
  rank: i32,
  ids: usize,
  others: usize,
  out: usize,
): void {
  const u0 = rowAt(uPtr, uStride, ids, 0);
  const r0 = rowAt(rPtr, rStride, others, 0);
  const u1 = rowAt(uPtr, uStride, ids, 1);
  const r1 = rowAt(rPtr, rStride, others, 1);
  const u2 = rowAt(uPtr, uStride, ids, 2);
  const r2 = rowAt(rPtr, rStride, others, 2);
  const u3 = rowAt(uPtr, uStride, ids, 3);
  const r3 = rowAt(rPtr, rStride, others, 3);
  const c0 = v128.load64_splat(u0);
  const c1 = v128.load64_splat(u1);
  const c2 = v128.load64_splat(u2);
  const c3 = v128.load64_splat(u3);
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  const end = factorBytes(rank);
  for (let b: usize = 0; b < end; b += 8) {
    sum0 = f64x2.add(sum0, term(c0, u0 + b, r0 + b));
    sum1 = f64x2.add(sum1, term(c1, u1 + b, r1 + b));
    sum2 = f64x2.add(sum2, term(c2, u2 + b, r2 + b));
    sum3 = f64x2.add(sum3, term(c3, u3 + b, r3 + b));
  }
  const place = placeOf(rank);
  sum0 = f64x2.add(sum0, offsetOf(u0, place));
  sum1 = f64x2.add(sum1, offsetOf(u1, place));
  sum2 = f64x2.add(sum2, offsetOf(u2, place));
  sum3 = f64x2.add(sum3, offsetOf(u3, place));
  const components = headsOf(uPtr + uStride - 4, uStride, ids);
  storeFour(out, sum0, sum1, sum2, sum3, components, headsOf(rPtr + rStride - 4, rStride, others));
}

/** One pair, whatever its ids: row 0 stands in for one that is none, and its score is thrown away. */
function scoreOne(
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
  pair: i32,
): void {
  const at = (<usize>pair) << 2;
  const isRow = rowMask(load<i32>(userPtr + at), users, load<i32>(resPtr + at), resources);
  const u = uPtr + <usize>(load<i32>(userPtr + at) & isRow) * uStride;
  const r = rPtr + <usize>(load<i32>(resPtr + at) & isRow) * rStride;
  const c = v128.load64_splat(u);
  let sum = f64x2.splat(0);
  const end = factorBytes(rank);
  for (let b: usize = 0; b < end; b += 8) sum = f64x2.add(sum, term(c, u + b, r + b));
  sum = f64x2.add(sum, offsetOf(u, placeOf(rank)));
  storeOne(outPtr + (at << 1), sum, load<i32>(u + uStride - 4), load<i32>(r + rStride - 4), isRow);
}

/** Bytes of k2 factors. */
function factorBytes(rank: i32): usize {
  return (<usize>((rank + 1) & ~1)) << 2;
}

/** Two places of a dot product, (c x_i) y_i. */
function term(c: v128, u: usize, r: usize): v128 {
  const x = f64x2.promote_low_f32x4(v128.load64_zero(u, HEAD));
  return f64x2.mul(f64x2.mul(c, x), f64x2.promote_low_f32x4(v128.load64_zero(r)));
}

/** All bits in the lane of the sum that place k belongs to. */
function placeOf(rank: i32): v128 {
  return i64x2.eq(i64x2.splat(rank & 1), i64x2(0, 1));
}

function offsetOf(u: usize, place: v128): v128 {
  return v128.and(v128.load64_splat(u, 8), place);
}
