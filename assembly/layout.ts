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
 *   lanes    v128[k, lda]          the same, element (i, j) of four rows in the lanes of one vector
 *   solution v128[k]
 *   inverse  v128[k]               1 / diagonal
 *   right    v128[k]               the right-hand sides, kept for the objective
 *   trial    v128[k]               nonnegative solve: the solution of a guess
 *   free     v128[k]               nonnegative solve: which coordinates are free
 *   factor   v128[k, lda]          nonnegative solve: the factorisation of a guess
 */
import { LANES, roundUp4 } from "./lanes";

/** Ratings of a row that are accumulated in registers before they are added to memory. */
export const CHUNK: i32 = 64;

/** Rows whose share of the objective is one sum. Fixed, so that it does not depend on how work is split. */
export const OBJECTIVE_BLOCK: i32 = 256;

/** Rows of a factor matrix that share one partial Gram matrix. Fixed, so that sums do not depend on how work is split. */
export const GRAM_BLOCK: i32 = 1024;

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

export function lanesAt(rank: i32): usize {
  return normalAt(rank) + <usize>LANES * normalBytes(rank);
}

export function solutionAt(rank: i32): usize {
  return lanesAt(rank) + align64((<usize>(rank * normalStride(rank))) << 4);
}

export function inverseAt(rank: i32): usize {
  return solutionAt(rank) + align64((<usize>rank) << 4);
}

export function rightAt(rank: i32): usize {
  return inverseAt(rank) + align64((<usize>rank) << 4);
}

export function trialAt(rank: i32): usize {
  return rightAt(rank) + align64((<usize>rank) << 4);
}

export function freeAt(rank: i32): usize {
  return trialAt(rank) + align64((<usize>rank) << 4);
}

export function factorAt(rank: i32): usize {
  return freeAt(rank) + align64((<usize>rank) << 4);
}

/** Bytes of scratch that one worker needs for `solveRowsF32` and `gramBlocksF32` at a rank. */
export function scratchBytes(rank: i32): i32 {
  return <i32>(factorAt(rank) + align64((<usize>(rank * normalStride(rank))) << 4));
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
