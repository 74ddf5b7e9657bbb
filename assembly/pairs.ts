/*
 * Given pairs of rows: what the kernels that predict and score them share.
 */
import { readAhead } from "./ahead";

/**
 * Whether four pairs name rows that there are: 0 <= a < aRows and 0 <= b < bRows in each lane.
 *
 * @param a      i32 ids in four lanes
 * @param aLast  aRows - 1 in four lanes; likewise b
 */
export function areRows(a: v128, aLast: v128, b: v128, bLast: v128): bool {
  return i32x4.bitmask(outsideOf(a, aLast, b, bLast)) == 0;
}

/** The sign bit set where an id is no row: it is set in the id itself or in last - id. */
function outsideOf(a: v128, aLast: v128, b: v128, bLast: v128): v128 {
  return v128.or(v128.or(i32x4.sub(aLast, a), i32x4.sub(bLast, b)), v128.or(a, b));
}

/**
 * Looks at a block of pairs [first, last) before it is scored: where all name rows that there are, these are read ahead.
 *
 * @returns whether all do
 */
export function lookAhead(
  aPtr: usize,
  aStride: usize,
  aRows: i32,
  bPtr: usize,
  bStride: usize,
  bRows: i32,
  aIds: usize,
  bIds: usize,
  first: i32,
  last: i32,
): bool {
  if (!areAllRows(aIds, aRows, bIds, bRows, first, last)) return false;
  readAhead(aPtr, aStride, aIds, first, last);
  readAhead(bPtr, bStride, bIds, first, last);
  return true;
}

/** Whether all pairs [first, last) name rows that there are; false too where they are no multiple of four. */
function areAllRows(aIds: usize, aRows: i32, bIds: usize, bRows: i32, first: i32, last: i32): bool {
  const aLast = i32x4.splat(aRows - 1);
  const bLast = i32x4.splat(bRows - 1);
  let outside = i32x4.splat(0);
  let p = first;
  for (; p + 4 <= last; p += 4) {
    const at = (<usize>p) << 2;
    outside = v128.or(outside, outsideOf(v128.load(aIds + at), aLast, v128.load(bIds + at), bLast));
  }
  return p == last && i32x4.bitmask(outside) == 0;
}

/** Whether a pair names rows that there are. */
export function isPair(a: u32, aRows: i32, b: u32, bRows: i32): bool {
  return a < <u32>aRows && b < <u32>bRows;
}

/** Address of the row that the id at place `n` names. */
export function rowAt(base: usize, stride: usize, ids: usize, n: usize): usize {
  return base + <usize>load<i32>(ids + (n << 2)) * stride;
}

/** The score of a pair whose components differ: NaN where one is negative, which is an unknown row, else +infinity. */
export function apart(a: i32, b: i32): f64 {
  return (a | b) < 0 ? NaN : Infinity;
}

/** NaN for pairs [first, last), where there are no rows at all. */
export function storeUnknownF64(outPtr: usize, first: i32, last: i32): void {
  for (let p = first; p < last; p++) store<f64>(outPtr + ((<usize>p) << 3), NaN);
}
