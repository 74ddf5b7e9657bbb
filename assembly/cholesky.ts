/*
 * Unconstrained solve of four symmetric positive definite systems at once, one in each lane.
 *
 * LDL' without square roots (Golub, Van Loan, Matrix Computations, 4.1.2), by rows: U = D L' stays in the upper triangle, L goes
 * into the lower one, so that each element is a dot product of a row of L and a column of U and nothing is read and written back.
 * The right-hand side is column k of U, so the forward substitution happens along the way.
 */

import { madd, nmadd } from "./lanes";
import { normalStride, PIVOT } from "./layout";

/**
 * Solves A x = b in four lanes.
 *
 *   two rows at a time     row j    [ L . | d u u u u | b ]     columns four by four: what the rows above take from them is summed
 *                          row j+1  [ L . | .  d u u u | b ]    for both, so that every element of U is read half as often
 *
 * @param sPtr    v128[k, lda], in/out: A in the upper triangle, b in column k; overwritten with L, D and U
 * @param rank    k
 * @param xPtr    v128[k], out
 * @param invPtr  v128[k], scratch: 1 / D
 * @returns bit l set where lane l has a solution (all pivots positive beyond rounding)
 *
 * Cost: k^3 / 6 multiply-adds a lane. Lanes do not influence each other.
 */
export function solveLanes(sPtr: usize, rank: i32, xPtr: usize, invPtr: usize): i32 {
  const stride = (<usize>normalStride(rank)) << 4;
  const right = (<usize>rank) << 4;
  let good = i32x4.splat(-1);
  let row = sPtr;
  let j: usize = 0;
  for (; j + 16 < right; j += 32, row += 2 * stride)
    good = v128.and(good, factorPair(sPtr, stride, row, j, right, invPtr));
  if (j < right) good = v128.and(good, factorLast(sPtr, stride, row, j, invPtr));
  backSubstitute(sPtr, stride, right, xPtr, invPtr);
  return i32x4.bitmask(good);
}

/** Rows j and j + 1 of U, columns j and j + 1 of L; ones in the lanes whose pivots are positive. `j` and `right` are 16 times a column. */
function factorPair(sPtr: usize, stride: usize, row0: usize, j: usize, right: usize, invPtr: usize): v128 {
  const row1 = row0 + stride;
  const above = row0 + j;
  const diagonal0 = v128.load(above);
  const diagonal1 = v128.load(row1 + j, 16);
  let d0 = diagonal0;
  let u = v128.load(above, 16);
  let d1 = diagonal1;
  let from = sPtr + j;
  for (let l = row0; l < above; l += 16, from += stride) {
    const l0 = v128.load(l);
    const u1 = v128.load(from, 16);
    d0 = nmadd(l0, v128.load(from), d0);
    u = nmadd(l0, u1, u);
    d1 = nmadd(v128.load(l + stride), u1, d1);
  }
  const one = f32x4.splat(1);
  const inverse0 = f32x4.div(one, d0);
  const l10 = f32x4.mul(u, inverse0);
  d1 = nmadd(l10, u, d1);
  const inverse1 = f32x4.div(one, d1);
  v128.store(above, d0);
  v128.store(above, u, 16);
  v128.store(row1 + j, d1, 16);
  v128.store(invPtr + j, inverse0);
  v128.store(invPtr + j, inverse1, 16);
  let m = j + 32;
  for (; m + 48 <= right; m += 64) {
    const out0 = row0 + m;
    const out1 = row1 + m;
    let a0 = v128.load(out0);
    let a1 = v128.load(out0, 16);
    let a2 = v128.load(out0, 32);
    let a3 = v128.load(out0, 48);
    let b0 = v128.load(out1);
    let b1 = v128.load(out1, 16);
    let b2 = v128.load(out1, 32);
    let b3 = v128.load(out1, 48);
    from = sPtr + m;
    for (let l = row0; l < above; l += 16, from += stride) {
      const l0 = v128.load(l);
      const l1 = v128.load(l + stride);
      let column = v128.load(from);
      a0 = nmadd(l0, column, a0);
      b0 = nmadd(l1, column, b0);
      column = v128.load(from, 16);
      a1 = nmadd(l0, column, a1);
      b1 = nmadd(l1, column, b1);
      column = v128.load(from, 32);
      a2 = nmadd(l0, column, a2);
      b2 = nmadd(l1, column, b2);
      column = v128.load(from, 48);
      a3 = nmadd(l0, column, a3);
      b3 = nmadd(l1, column, b3);
    }
    let lower = sPtr + (m >> 4) * stride + j;
    storePair(out0, out1, lower, a0, nmadd(l10, a0, b0), inverse0, inverse1);
    storePair(out0 + 16, out1 + 16, lower + stride, a1, nmadd(l10, a1, b1), inverse0, inverse1);
    lower += 2 * stride;
    storePair(out0 + 32, out1 + 32, lower, a2, nmadd(l10, a2, b2), inverse0, inverse1);
    // the last of them may be the right-hand side: below it there is no row
    if (m + 48 < right) storePair(out0 + 48, out1 + 48, lower + stride, a3, nmadd(l10, a3, b3), inverse0, inverse1);
    else storeRight(out0 + 48, out1 + 48, a3, nmadd(l10, a3, b3));
  }
  for (; m <= right; m += 16) {
    let a = v128.load(row0 + m);
    let b = v128.load(row1 + m);
    from = sPtr + m;
    for (let l = row0; l < above; l += 16, from += stride) {
      const column = v128.load(from);
      a = nmadd(v128.load(l), column, a);
      b = nmadd(v128.load(l + stride), column, b);
    }
    b = nmadd(l10, a, b);
    if (m < right) storePair(row0 + m, row1 + m, sPtr + (m >> 4) * stride + j, a, b, inverse0, inverse1);
    else storeRight(row0 + m, row1 + m, a, b);
  }
  const threshold = f32x4.splat(PIVOT);
  return v128.and(f32x4.gt(d0, f32x4.mul(threshold, diagonal0)), f32x4.gt(d1, f32x4.mul(threshold, diagonal1)));
}

/** Two elements of U, and what they are in L. */
function storePair(out0: usize, out1: usize, lower: usize, a: v128, b: v128, inverse0: v128, inverse1: v128): void {
  v128.store(out0, a);
  v128.store(out1, b);
  v128.store(lower, f32x4.mul(a, inverse0));
  v128.store(lower, f32x4.mul(b, inverse1), 16);
}

function storeRight(out0: usize, out1: usize, a: v128, b: v128): void {
  v128.store(out0, a);
  v128.store(out1, b);
}

/** The last row of an odd rank: its diagonal element and its right-hand side. */
function factorLast(sPtr: usize, stride: usize, row: usize, j: usize, invPtr: usize): v128 {
  const diagonal = v128.load(row + j);
  let d = diagonal;
  let b = v128.load(row + j, 16);
  let from = sPtr + j;
  for (let l = row; l < row + j; l += 16, from += stride) {
    const lower = v128.load(l);
    d = nmadd(lower, v128.load(from), d);
    b = nmadd(lower, v128.load(from, 16), b);
  }
  v128.store(row + j, d);
  v128.store(row + j, b, 16);
  v128.store(invPtr + j, f32x4.div(f32x4.splat(1), d));
  return f32x4.gt(d, f32x4.mul(f32x4.splat(PIVOT), diagonal));
}

/** U x = b, from the last row up; the dot products in two sums. */
function backSubstitute(sPtr: usize, stride: usize, right: usize, xPtr: usize, invPtr: usize): void {
  let row = sPtr + (right >> 4) * stride;
  for (let j = right; j > 0; j -= 16) {
    row -= stride;
    let x = v128.load(row + right);
    let other = f32x4.splat(0);
    let m = j;
    for (; m + 16 < right; m += 32) {
      x = nmadd(v128.load(row + m), v128.load(xPtr + m), x);
      other = madd(v128.load(row + m, 16), v128.load(xPtr + m, 16), other);
    }
    if (m < right) x = nmadd(v128.load(row + m), v128.load(xPtr + m), x);
    x = f32x4.mul(f32x4.sub(x, other), v128.load(invPtr + j - 16));
    v128.store(xPtr + j - 16, x);
  }
}
