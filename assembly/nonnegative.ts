/*
 * Nonnegative solve of four systems at once, one in each lane: x = argmin over x >= 0 of x'Ax / 2 - b'x.
 *
 * Cyclic coordinate descent (Franc, Hlavac, Navara 2005): each coordinate in turn goes to its own minimum, cut at zero,
 * x_i <- max(0, (b_i - sum over j != i of a_ij x_j) / a_ii). The objective falls at every step and its only fixed point is the
 * minimiser. A row starts from what it was in the iteration before, so that few sweeps are left after the first iterations.
 */

import { madd, nmadd } from "./lanes";
import { normalStride } from "./layout";

/** A lane is done when a whole sweep moves no coordinate by more than this share of its largest. */
const TOLERANCE: f32 = 1e-6;

/** Sweeps after which a lane is taken as it is. */
const MAX_SWEEPS: i32 = 512;

/**
 * Minimises in four lanes.
 *
 * @param sPtr    v128[k, lda], in/out: A in the upper triangle, b in column k; the lower triangle is filled in
 * @param rank    k
 * @param xPtr    v128[k], in/out: start and result, negative starts count as zero
 * @param invPtr  v128[k], scratch
 *
 * Cost: k^2 multiply-adds a sweep and lane. A lane stops by its own numbers alone: what its neighbours do does not change it.
 */
export function minimiseLanes(sPtr: usize, rank: i32, xPtr: usize, invPtr: usize): void {
  const stride = (<usize>normalStride(rank)) << 4;
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let i = 0; i < rank; i++) {
    const row = sPtr + <usize>i * stride;
    for (let j = i + 1; j < rank; j++) {
      v128.store(sPtr + <usize>j * stride + ((<usize>i) << 4), v128.load(row + ((<usize>j) << 4)));
    }
    const d = v128.load(row + ((<usize>i) << 4));
    // A zero diagonal of a positive semidefinite matrix has a zero row: that coordinate is free, and stays zero.
    v128.store(invPtr + ((<usize>i) << 4), v128.and(f32x4.gt(d, zero), f32x4.div(one, d)));
    const x = xPtr + ((<usize>i) << 4);
    v128.store(x, f32x4.max(v128.load(x), zero));
  }
  const tolerance = f32x4.splat(TOLERANCE);
  let active = i32x4.splat(-1);
  for (let sweep = 0; sweep < MAX_SWEEPS && v128.any_true(active); sweep++) {
    let moved = zero;
    let largest = zero;
    for (let i = 0; i < rank; i++) {
      const row = sPtr + <usize>i * stride;
      // residual of coordinate i: b_i - a_i x, in two sums
      let g0 = v128.load(row + ((<usize>rank) << 4));
      let g1 = zero;
      let j: usize = 0;
      const end = (<usize>(rank & ~1)) << 4;
      for (; j < end; j += 32) {
        g0 = nmadd(v128.load(row + j), v128.load(xPtr + j), g0);
        g1 = madd(v128.load(row + j, 16), v128.load(xPtr + j, 16), g1);
      }
      if (rank & 1) g0 = nmadd(v128.load(row + j), v128.load(xPtr + j), g0);
      const at = xPtr + ((<usize>i) << 4);
      const old = v128.load(at);
      const target = madd(f32x4.sub(g0, g1), v128.load(invPtr + ((<usize>i) << 4)), old);
      const next = v128.bitselect(f32x4.max(target, zero), old, active);
      v128.store(at, next);
      moved = f32x4.max(moved, f32x4.abs(f32x4.sub(next, old)));
      largest = f32x4.max(largest, next);
    }
    active = v128.and(active, f32x4.gt(moved, f32x4.mul(tolerance, largest)));
  }
}
