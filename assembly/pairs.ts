/*
 * Given pairs of rows, four at a time: what the kernels that predict and score them share.
 */

/**
 * Whether four pairs name rows that there are: 0 <= a < aRows and 0 <= b < bRows in each lane.
 *
 * @param a      i32 ids in four lanes
 * @param aLast  aRows - 1 in four lanes; likewise b
 */
export function areRows(a: v128, aLast: v128, b: v128, bLast: v128): bool {
  // An id outside has the sign bit set in itself or in last - id.
  const outside = v128.or(v128.or(i32x4.sub(aLast, a), i32x4.sub(bLast, b)), v128.or(a, b));
  return i32x4.bitmask(outside) == 0;
}

/** -1 (all bits) where a pair names rows that there are, else 0. */
export function rowMask(a: i32, aRows: i32, b: i32, bRows: i32): i32 {
  return -(<i32>(<u32>a < <u32>aRows) & <i32>(<u32>b < <u32>bRows));
}

/** Address of the row that the id at place `n` names. */
export function rowAt(base: usize, stride: usize, ids: usize, n: usize): usize {
  return base + <usize>load<i32>(ids + (n << 2)) * stride;
}

/** The i32 at the head of the rows that four ids name, in four lanes. */
export function headsOf(base: usize, stride: usize, ids: usize): v128 {
  let heads = v128.load32_zero(rowAt(base, stride, ids, 0));
  heads = v128.load_lane<i32>(rowAt(base, stride, ids, 1), heads, 1);
  heads = v128.load_lane<i32>(rowAt(base, stride, ids, 2), heads, 2);
  return v128.load_lane<i32>(rowAt(base, stride, ids, 3), heads, 3);
}

/**
 * The scores of two pairs: their dot products where the components are equal, NaN where one is negative, else +infinity.
 *
 * @param sums0        f64 sums of even and of odd places of the first pair; `sums1` of the second
 * @param aComponents  the first pair's number in lanes 0 and 1, the second's in lanes 2 and 3; likewise b
 */
export function scoresOf(sums0: v128, sums1: v128, aComponents: v128, bComponents: v128): v128 {
  const dots = f64x2.add(v128.shuffle<f64>(sums0, sums1, 0, 2), v128.shuffle<f64>(sums0, sums1, 1, 3));
  const unknown = i32x4.shr_s(v128.or(aComponents, bComponents), 31);
  const apart = v128.bitselect(f64x2.splat(NaN), f64x2.splat(Infinity), unknown);
  return v128.bitselect(dots, apart, i32x4.eq(aComponents, bComponents));
}

/** Stores the scores of four pairs; `sums` as in `scoresOf`, components one a lane. */
export function storeFour(out: usize, sums0: v128, sums1: v128, sums2: v128, sums3: v128, a: v128, b: v128): void {
  const low = scoresOf(sums0, sums1, v128.shuffle<i32>(a, a, 0, 0, 1, 1), v128.shuffle<i32>(b, b, 0, 0, 1, 1));
  const high = scoresOf(sums2, sums3, v128.shuffle<i32>(a, a, 2, 2, 3, 3), v128.shuffle<i32>(b, b, 2, 2, 3, 3));
  v128.store(out, low);
  v128.store(out, high, 16);
}

/** Stores the score of one pair, NaN unless `isRow` is -1. */
export function storeOne(out: usize, sums: v128, aComponent: i32, bComponent: i32, isRow: i32): void {
  const score = scoresOf(sums, sums, i32x4.splat(aComponent), i32x4.splat(bComponent));
  store<f64>(out, f64x2.extract_lane(v128.bitselect(score, f64x2.splat(NaN), i32x4.splat(isRow)), 0));
}

/** NaN for pairs [first, last), where there are no rows at all. */
export function storeUnknownF64(outPtr: usize, first: i32, last: i32): void {
  for (let p = first; p < last; p++) store<f64>(outPtr + ((<usize>p) << 3), NaN);
}
