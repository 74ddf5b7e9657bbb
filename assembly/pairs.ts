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
