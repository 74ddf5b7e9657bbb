/*
 * Nonnegative solve of four systems at once, one in each lane: x = argmin over x >= 0 of x'Ax / 2 - b'x.
 *
 * Block principal pivoting (Kim, Park 2011, Fast nonnegative matrix factorization, algorithm 2): guess which coordinates are free,
 * solve for those exactly, the others being zero, and exchange every coordinate whose sign or gradient is wrong. A guess without
 * such a coordinate is the minimiser. The guess starts from the row of the iteration before, where it is nearly always right
 * already, so that a row costs one factorisation and one look at the gradient.
 *
 * Lanes that do not settle within MAX_ROUNDS, or whose equations float32 cannot factorise, are finished by cyclic coordinate
 * descent (Franc, Hlavac, Navara 2005), whose only fixed point is the minimiser too.
 */
import { solveLanes } from "./cholesky";
import { madd, nmadd } from "./lanes";
import { normalStride } from "./layout";

/** Rounding of float32 sums: signs and gradients closer to zero than this share of the largest are zero. */
const TOLERANCE: f32 = 2e-6;

const MAX_ROUNDS: i32 = 24;

/** Full exchanges without progress that are tried before one coordinate at a time is exchanged, which always ends. */
const PATIENCE: i32 = 3;

/** Descent: a lane is done when a sweep moves no coordinate by more than this share of its largest, or after so many sweeps. */
const STEP: f32 = 1e-6;
const MAX_SWEEPS: i32 = 512;

/**
 * Minimises in four lanes.
 *
 * @param sPtr       v128[k, lda], in/out: A in the upper triangle, b in column k; the lower triangle is filled in
 * @param rank       k
 * @param xPtr       v128[k], in/out: start and result, negative starts count as zero
 * @param inversePtr v128[k], scratch
 * @param factorPtr  v128[k, lda], scratch
 * @param trialPtr   v128[k], scratch
 * @param freePtr    v128[k], scratch
 *
 * Cost a lane: k^3 / 6 + k^2 multiply-adds a round. A lane ends by its own numbers alone: what its neighbours do does not change it.
 */
export function minimiseLanes(
  sPtr: usize,
  rank: i32,
  xPtr: usize,
  inversePtr: usize,
  factorPtr: usize,
  trialPtr: usize,
  freePtr: usize,
): void {
  const end = (<usize>rank) << 4;
  mirror(sPtr, rank);
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) {
    const x = f32x4.max(v128.load(xPtr + i), zero);
    v128.store(xPtr + i, x);
    v128.store(freePtr + i, f32x4.gt(x, zero));
  }
  let open = i32x4.splat(-1);
  let failed = i32x4.splat(0);
  let best = i32x4.splat(rank + 1);
  let patience = i32x4.splat(PATIENCE);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    restrict(sPtr, rank, freePtr, factorPtr);
    const good = laneMask(solveLanes(factorPtr, rank, trialPtr, inversePtr));
    failed = v128.or(failed, v128.andnot(open, good));
    open = v128.and(open, good);
    for (let i: usize = 0; i < end; i += 16) {
      v128.store(xPtr + i, v128.bitselect(v128.load(trialPtr + i), v128.load(xPtr + i), open));
    }
    const wrong = findWrong(sPtr, rank, trialPtr, freePtr, inversePtr);
    open = v128.and(open, i32x4.gt_s(wrong, i32x4.splat(0)));
    if (!v128.any_true(open)) break;
    // full exchange while the number of wrong coordinates falls, and a few times more; then only the last of them
    const better = i32x4.lt_s(wrong, best);
    best = i32x4.min_s(best, wrong);
    patience = v128.bitselect(i32x4.splat(PATIENCE), i32x4.sub(patience, i32x4.splat(1)), better);
    exchange(rank, inversePtr, freePtr, open, i32x4.ge_s(patience, i32x4.splat(0)));
  }
  for (let i: usize = 0; i < end; i += 16) v128.store(xPtr + i, f32x4.max(v128.load(xPtr + i), zero));
  open = v128.or(open, failed);
  if (v128.any_true(open)) descend(sPtr, rank, xPtr, inversePtr, open);
}

/** Fills the lower triangle of A from the upper one. */
function mirror(sPtr: usize, rank: i32): void {
  const stride = (<usize>normalStride(rank)) << 4;
  for (let i = 0; i < rank; i++) {
    const row = sPtr + <usize>i * stride;
    for (let j = i + 1; j < rank; j++) {
      v128.store(sPtr + <usize>j * stride + ((<usize>i) << 4), v128.load(row + ((<usize>j) << 4)));
    }
  }
}

/** F = the equations of the free coordinates; the others get x = 0. Upper triangle and right-hand side. */
function restrict(sPtr: usize, rank: i32, freePtr: usize, factorPtr: usize): void {
  const stride = (<usize>normalStride(rank)) << 4;
  const end = (<usize>rank) << 4;
  const one = f32x4.splat(1);
  let from = sPtr;
  let to = factorPtr;
  for (let i: usize = 0; i < end; i += 16, from += stride, to += stride) {
    const free = v128.load(freePtr + i);
    v128.store(to + i, v128.bitselect(v128.load(from + i), one, free));
    for (let j = i + 16; j < end; j += 16) {
      v128.store(to + j, v128.and(v128.load(from + j), v128.and(free, v128.load(freePtr + j))));
    }
    v128.store(to + end, v128.and(v128.load(from + end), free));
  }
}

/** Marks the coordinates that are free and negative, or zero and would rise; returns how many there are in each lane. */
function findWrong(sPtr: usize, rank: i32, trialPtr: usize, freePtr: usize, wrongPtr: usize): v128 {
  const stride = (<usize>normalStride(rank)) << 4;
  const end = (<usize>rank) << 4;
  let largestX = f32x4.splat(0);
  let largestB = largestX;
  let row = sPtr;
  for (let i: usize = 0; i < end; i += 16, row += stride) {
    largestX = f32x4.max(largestX, f32x4.abs(v128.load(trialPtr + i)));
    largestB = f32x4.max(largestB, f32x4.abs(v128.load(row + end)));
  }
  const tolerance = f32x4.splat(TOLERANCE);
  const below = f32x4.neg(f32x4.mul(largestX, tolerance));
  const above = f32x4.mul(largestB, tolerance);
  let count = i32x4.splat(0);
  row = sPtr;
  for (let i: usize = 0; i < end; i += 16, row += stride) {
    const free = v128.load(freePtr + i);
    let wrong = v128.and(free, f32x4.lt(v128.load(trialPtr + i), below));
    if (!i32x4.all_true(free)) {
      wrong = v128.or(wrong, v128.andnot(f32x4.gt(residual(row, rank, trialPtr), above), free));
    }
    v128.store(wrongPtr + i, wrong);
    count = i32x4.sub(count, wrong);
  }
  return count;
}

/** b_i - a_i x for the row at `row`, in two sums. */
function residual(row: usize, rank: i32, xPtr: usize): v128 {
  let r0 = v128.load(row + ((<usize>rank) << 4));
  let r1 = f32x4.splat(0);
  let j: usize = 0;
  const pairs = (<usize>(rank & ~1)) << 4;
  for (; j < pairs; j += 32) {
    r0 = nmadd(v128.load(row + j), v128.load(xPtr + j), r0);
    r1 = madd(v128.load(row + j, 16), v128.load(xPtr + j, 16), r1);
  }
  if (rank & 1) r0 = nmadd(v128.load(row + j), v128.load(xPtr + j), r0);
  return f32x4.sub(r0, r1);
}

/** Turns wrong coordinates from free to zero or back: all of them in the lanes of `all`, else the last one. */
function exchange(rank: i32, wrongPtr: usize, freePtr: usize, open: v128, all: v128): void {
  let left = open;
  for (let i = rank - 1; i >= 0; i--) {
    const at = (<usize>i) << 4;
    const swap = v128.and(v128.load(wrongPtr + at), left);
    v128.store(freePtr + at, v128.xor(v128.load(freePtr + at), swap));
    left = v128.and(left, v128.or(all, v128.not(swap)));
  }
}

/** Four bits to four lanes of ones or zeros. */
function laneMask(bits: i32): v128 {
  const lane = i32x4(1, 2, 4, 8);
  return i32x4.eq(v128.and(i32x4.splat(bits), lane), lane);
}

/** Cyclic coordinate descent in the lanes of `active`: x_i <- max(0, x_i + (b_i - a_i x) / a_ii), to a fixed point. */
function descend(sPtr: usize, rank: i32, xPtr: usize, inversePtr: usize, active: v128): void {
  const stride = (<usize>normalStride(rank)) << 4;
  const end = (<usize>rank) << 4;
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let row = sPtr;
  for (let i: usize = 0; i < end; i += 16, row += stride) {
    const d = v128.load(row + i);
    // A zero diagonal of a positive semidefinite matrix has a zero row: that coordinate is of no effect, and stays as it is.
    v128.store(inversePtr + i, v128.and(f32x4.gt(d, zero), f32x4.div(one, d)));
    const x = v128.load(xPtr + i);
    v128.store(xPtr + i, v128.bitselect(v128.and(x, f32x4.eq(f32x4.sub(x, x), zero)), x, active));
  }
  const step = f32x4.splat(STEP);
  for (let sweep = 0; sweep < MAX_SWEEPS && v128.any_true(active); sweep++) {
    let moved = zero;
    let largest = zero;
    row = sPtr;
    for (let i: usize = 0; i < end; i += 16, row += stride) {
      const old = v128.load(xPtr + i);
      const target = madd(residual(row, rank, xPtr), v128.load(inversePtr + i), old);
      const next = v128.bitselect(f32x4.max(target, zero), old, active);
      v128.store(xPtr + i, next);
      moved = f32x4.max(moved, f32x4.abs(f32x4.sub(next, old)));
      largest = f32x4.max(largest, next);
    }
    active = v128.and(active, f32x4.gt(moved, f32x4.mul(step, largest)));
  }
}
