/*
 * How the kernels lay out what they share with the host and what they keep in scratch. The host asks for sizes, it never repeats them.
 *
 * k    rank, 1..256
 * ld   row stride of factors in floats: k rounded up to a multiple of four; columns k..ld-1 are zero
 * lda  row stride of normal equations in floats: k + 1 rounded up, since the right-hand side is carried as column k
 *
 * Scratch of one worker while it solves rows, each part 64-byte aligned:
 *
 *   header   i32[16]               [0] the row that has no solution, when a kernel says so
 *   sources  f32[CHUNK, ld]        the source rows of a chunk of ratings
 *   weighted f32[CHUNK, lda]       the same rows times their confidence, right-hand weight in column k
 *   normal   f32[4, k4, lda]       A | b of four rows, upper triangle by 4 x 4 tiles (k4 = ld rows)
 *   lanes    v128[q, k, lda]       the same, element (i, j) of four rows in the lanes of one vector
 *   solution v128[q, k]
 *   inverse  v128[q, k]            1 / diagonal
 *   right    v128[q, k]            the right-hand sides, kept for the objective
 *   trial    v128[k]               nonnegative solve: the solution of a guess
 *   free     v128[k]               nonnegative solve: which coordinates are free
 *   factor   v128[k, lda]          nonnegative solve: the factorisation of a guess
 *
 * Rows are solved in q groups of four at a time: q is 2 where rows are narrow (`narrow.ts`), else 1. Narrow rows have k = 10 columns at
 * rank 9 too, four times as much in `normal` (v128[8, 10, 12]), and a chunk twice as long in `sources` and `weighted`.
 */
import { LANES, roundUp4 } from "./lanes";

/** Ratings of a row that are accumulated in registers before they are added to memory. */
export const CHUNK: i32 = 64;

/** Columns of narrow rows. */
export const NARROW: i32 = 10;

/** Bytes of a row of a narrow row's sums, of a step of ratings and of a row of a system: twelve vectors. */
export const WIDE: usize = 192;

/** Bytes of one narrow row's sums and of a system of four narrow rows, v128[10, 12]. */
export const NARROW_BYTES: usize = <usize>NARROW * WIDE;

/** Ratings of a narrow row that are summed in registers. */
export const NARROW_CHUNK: i32 = 2 * CHUNK;

/** Rows whose share of the objective is one sum. Fixed, so that it does not depend on how work is split. */
export const OBJECTIVE_BLOCK: i32 = 256;

/** Rows of a factor matrix that share one partial Gram matrix. Fixed, so that sums do not depend on how work is split. */
export const GRAM_BLOCK: i32 = 1024;

/** A pivot below this share of its diagonal element is lost in float32 rounding: 2^-21. */
export const PIVOT: f32 = 4.76837158203125e-7;

export const OK: i32 = 0;
/** A row's equations have no unique finite solution; the row is in the scratch header. */
export const NO_SOLUTION: i32 = -1;

function align64(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

export function factorStride(rank: i32): i32 {
  return roundUp4(rank);
}

export function normalStride(rank: i32): i32 {
  return roundUp4(rank + 1);
}

export function sourcesAt(): usize {
  return 64;
}

export function weightedAt(rank: i32): usize {
  return sourcesAt() + align64((<usize>(CHUNK * factorStride(rank))) << 2);
}

export function normalAt(rank: i32): usize {
  return weightedAt(rank) + align64((<usize>(CHUNK * normalStride(rank))) << 2);
}

/** Bytes of one row's normal equations, A | b. */
export function normalBytes(rank: i32): usize {
  return align64((<usize>(factorStride(rank) * normalStride(rank))) << 2);
}

/** Whether rows of this rank are built and solved by kernels of their own, as rows of ten columns. */
export function isNarrow(rank: i32): bool {
  return rank == NARROW || rank == NARROW - 1;
}

/** Columns of the systems that are solved. */
export function solvedColumns(rank: i32): i32 {
  return isNarrow(rank) ? NARROW : rank;
}

/** Groups of four rows that are solved at a time. */
export function quads(rank: i32): i32 {
  return isNarrow(rank) ? 2 : 1;
}

/** Bytes of one row's equations as they are built. */
export function equationsBytes(rank: i32): usize {
  return isNarrow(rank) ? NARROW_BYTES : normalBytes(rank);
}

/** Bytes of a system of four rows, v128[k, lda]. */
export function systemBytes(rank: i32): usize {
  const columns = solvedColumns(rank);
  return (<usize>(columns * normalStride(columns))) << 4;
}

/** Bytes of a vector of each of four rows, v128[k]. */
export function vectorBytes(rank: i32): usize {
  return (<usize>solvedColumns(rank)) << 4;
}

export function lanesAt(rank: i32): usize {
  return normalAt(rank) + <usize>(LANES * quads(rank)) * equationsBytes(rank);
}

export function solutionAt(rank: i32): usize {
  return lanesAt(rank) + <usize>quads(rank) * align64(systemBytes(rank));
}

export function inverseAt(rank: i32): usize {
  return solutionAt(rank) + <usize>quads(rank) * align64(vectorBytes(rank));
}

export function rightAt(rank: i32): usize {
  return inverseAt(rank) + <usize>quads(rank) * align64(vectorBytes(rank));
}

export function trialAt(rank: i32): usize {
  return rightAt(rank) + <usize>quads(rank) * align64(vectorBytes(rank));
}

export function freeAt(rank: i32): usize {
  return trialAt(rank) + align64(vectorBytes(rank));
}

export function factorAt(rank: i32): usize {
  return freeAt(rank) + align64(vectorBytes(rank));
}

/** Bytes of scratch that one worker needs for `solveRowsF32` and `gramBlocksF32` at a rank. */
export function scratchBytes(rank: i32): i32 {
  return <i32>(factorAt(rank) + align64(systemBytes(rank)));
}

/** Bytes of the Gram matrix that `sumGramF32` writes. */
export function gramBytes(rank: i32): i32 {
  return <i32>normalBytes(rank);
}

/** Bytes of one partial Gram matrix, f64[ld, ld]. */
export function gramPartialBytes(rank: i32): i32 {
  return (factorStride(rank) * factorStride(rank)) << 3;
}

/** Rows of one partial Gram matrix. */
export function gramBlockRows(): i32 {
  return GRAM_BLOCK;
}

/** Rows of one partial sum of the objective: hosts give rows out in whole blocks of these. */
export function objectiveBlockRows(): i32 {
  return OBJECTIVE_BLOCK;
}
