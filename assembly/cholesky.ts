/*
 * Unconstrained solve of four symmetric positive definite systems at once, one in each lane.
 *
 * LDL' without square roots (Golub, Van Loan, Matrix Computations, 4.1.2), by rows: U = D L' stays in the upper triangle, L goes
 * into the lower one, so that each element is a dot product of a row of L and a column of U and nothing is read and written back.
 * The right-hand side is column k of U, so the forward substitution happens along the way.
 */

import { nmadd } from "./lanes";
import { normalStride } from "./layout";

/** A pivot below this share of its diagonal element is lost in float32 rounding: 2^-21. */
const PIVOT: f32 = 4.76837158203125e-7;

/**
 * Solves A x = b in four lanes.
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
  const threshold = f32x4.splat(PIVOT);
  const one = f32x4.splat(1);
  let good = i32x4.splat(-1);
  for (let j = 0; j < rank; j++) {
    const rowJ = sPtr + <usize>j * stride;
    const diagonal = v128.load(rowJ + ((<usize>j) << 4));
    let m = j;
    for (; m + 3 <= rank; m += 4) {
      const out = rowJ + ((<usize>m) << 4);
      let a0 = v128.load(out);
      let a1 = v128.load(out, 16);
      let a2 = v128.load(out, 32);
      let a3 = v128.load(out, 48);
      let u = sPtr + ((<usize>m) << 4);
      for (let l = rowJ; l < rowJ + ((<usize>j) << 4); l += 16, u += stride) {
        const lji = v128.load(l);
        a0 = nmadd(lji, v128.load(u), a0);
        a1 = nmadd(lji, v128.load(u, 16), a1);
        a2 = nmadd(lji, v128.load(u, 32), a2);
        a3 = nmadd(lji, v128.load(u, 48), a3);
      }
      v128.store(out, a0);
      v128.store(out, a1, 16);
      v128.store(out, a2, 32);
      v128.store(out, a3, 48);
    }
    for (; m <= rank; m++) {
      const out = rowJ + ((<usize>m) << 4);
      let a0 = v128.load(out);
      let u = sPtr + ((<usize>m) << 4);
      for (let l = rowJ; l < rowJ + ((<usize>j) << 4); l += 16, u += stride) a0 = nmadd(v128.load(l), v128.load(u), a0);
      v128.store(out, a0);
    }
    const d = v128.load(rowJ + ((<usize>j) << 4));
    good = v128.and(good, f32x4.gt(d, f32x4.mul(threshold, diagonal)));
    const inverse = f32x4.div(one, d);
    v128.store(invPtr + ((<usize>j) << 4), inverse);
    for (let i = j + 1; i < rank; i++) {
      v128.store(sPtr + <usize>i * stride + ((<usize>j) << 4), f32x4.mul(v128.load(rowJ + ((<usize>i) << 4)), inverse));
    }
  }
  for (let j = rank - 1; j >= 0; j--) {
    let x = f32x4.mul(
      v128.load(sPtr + <usize>j * stride + ((<usize>rank) << 4)),
      v128.load(invPtr + ((<usize>j) << 4)),
    );
    for (let m = j + 1; m < rank; m++) {
      x = nmadd(v128.load(sPtr + <usize>m * stride + ((<usize>j) << 4)), v128.load(xPtr + ((<usize>m) << 4)), x);
    }
    v128.store(xPtr + ((<usize>j) << 4), x);
  }
  return i32x4.bitmask(good);
}
