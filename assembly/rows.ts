/*
 * One half-step of alternating least squares: every row of one side solved from the factors of the other.
 *
 * X  factors of the side that is solved, f32[rows, ld]     Y  factors of the other side     lambda  regularisation
 */
import { normalEquations } from "./accumulate";
import { solveLanes } from "./cholesky";
import { LANES, madd } from "./lanes";
import {
  factorAt,
  factorStride,
  freeAt,
  inverseAt,
  lanesAt,
  NO_SOLUTION,
  normalAt,
  normalBytes,
  OK,
  rightAt,
  solutionAt,
  sourcesAt,
  trialAt,
  weightedAt,
} from "./layout";
import { minimiseLanes } from "./nonnegative";
import { interleave, loadRows, storeRows, takeRight } from "./transpose";

/**
 * Solves rows [first, last): x_r = argmin of x'(G + A_r + (lambda n_r + ridge) I) x / 2 - b_r'x, over x >= 0 if `nonnegative`.
 *
 * Spark MLlib's conventions: explicit feedback A_r = sum y y', b_r = sum r y, n_r all ratings, no G; implicit feedback
 * A_r = sum c y y' with c = alpha |r|, b_r = sum of (1 + c) y over r > 0, n_r the ratings above zero, G = Y'Y.
 * Row r's ratings are positions ptr[r] to ptr[r + 1] of idx and val. A row whose b is zero gets the zero vector.
 *
 *   four rows     A|b  A|b  A|b  A|b         each built by itself, then interleaved:
 *                  \    |    |   /
 *   lanes       [ a_ij a_ij a_ij a_ij ]      one vector an element, so that the solve has no horizontal step
 *
 * @param yPtr         f32[sources, ld], 16-byte aligned, in
 * @param xPtr         f32[rows, ld], 16-byte aligned, in (start of the nonnegative solve) and out
 * @param ptrPtr       u32[rows + 1], in
 * @param idxPtr       i32[ratings], in: rows of Y
 * @param valPtr       f32[ratings], in
 * @param gramPtr      f32[ld, lda], 16-byte aligned, in; used in implicit feedback
 * @param rank         k, 1..256
 * @param implicit     1 implicit, 0 explicit feedback
 * @param nonnegative  1 for x >= 0
 * @param lambda       regularisation of one rating
 * @param ridge        regularisation of a row, whatever its ratings
 * @param alpha        confidence of a rating of one, implicit feedback
 * @param ahead        1: source rows are read ahead, four rows of X at a time, since Y is larger than what the cache keeps
 * @param objectivePtr f64[2], out: the sums over the rows of the loss that they leave, regularisation included (c - b'x, where c is
 *                     the loss at x = 0), and of (lambda n_r + ridge) |x|^2. After users were solved from items the objective is
 *                     the users' first sum plus the items' second
 * @param scratchPtr   `scratchBytes(rank)` bytes, 64-byte aligned, of this worker alone
 * @param first        first row
 * @param last         one past the last row
 * @returns 0, or NO_SOLUTION with the row in scratch[0]; rows before it are written
 *
 * Cost a row: n (ld lda / 2) multiply-adds for the sum, k^3 / 6 for the solve (a round of it). Writes only rows [first, last) of X.
 * Bits of a row depend on the row alone, not on the range it is solved in.
 */
export function solveRowsF32(
  yPtr: usize,
  xPtr: usize,
  ptrPtr: usize,
  idxPtr: usize,
  valPtr: usize,
  gramPtr: usize,
  rank: i32,
  implicit: i32,
  nonnegative: i32,
  lambda: f32,
  ridge: f32,
  alpha: f32,
  ahead: i32,
  objectivePtr: usize,
  scratchPtr: usize,
  first: i32,
  last: i32,
): i32 {
  const ld = factorStride(rank);
  const sPtr = scratchPtr + lanesAt(rank);
  const solutionPtr = scratchPtr + solutionAt(rank);
  const inversePtr = scratchPtr + inverseAt(rank);
  const equationsPtr = scratchPtr + normalAt(rank);
  const equationsBytes = normalBytes(rank);
  const rightPtr = scratchPtr + rightAt(rank);
  const factsPtr = scratchPtr + 16;
  let loss: f64 = 0;
  let penalty: f64 = 0;
  for (let group = first; group < last; group += LANES) {
    const members = min(LANES, last - group);
    let ridges = f32x4.splat(0);
    if (ahead)
      touch(
        yPtr,
        ld,
        idxPtr,
        load<u32>(ptrPtr + ((<usize>group) << 2)),
        load<u32>(ptrPtr + ((<usize>(group + members)) << 2)),
        scratchPtr,
      );
    for (let lane = 0; lane < LANES; lane++) {
      // lanes past the end repeat the last row; they are computed and not stored
      const row = group + min(lane, members - 1);
      const at = ptrPtr + ((<usize>row) << 2);
      const equations = equationsPtr + <usize>lane * equationsBytes;
      normalEquations(
        yPtr,
        idxPtr,
        valPtr,
        load<u32>(at),
        load<u32>(at, 4),
        rank,
        implicit,
        alpha,
        scratchPtr + sourcesAt(),
        scratchPtr + weightedAt(rank),
        equations,
        factsPtr,
      );
      ridges = replaceLane(ridges, lane, lambda * <f32>load<f64>(factsPtr) + ridge);
      if (lane < members) loss += load<f64>(factsPtr, 8);
    }
    interleave(equationsPtr, equationsBytes, rank, implicit ? gramPtr : 0, ridges, sPtr);
    const empty = takeRight(sPtr, rank, rightPtr);
    let solved: i32 = 15;
    if (nonnegative) {
      loadRows(xPtr, ld, rank, group, members, solutionPtr);
      minimiseLanes(
        sPtr,
        rank,
        solutionPtr,
        inversePtr,
        scratchPtr + factorAt(rank),
        scratchPtr + trialAt(rank),
        scratchPtr + freeAt(rank),
      );
    } else {
      solved = solveLanes(sPtr, rank, solutionPtr, inversePtr);
    }
    solved = (solved & finiteLanes(solutionPtr, rank)) | empty;
    storeRows(xPtr, ld, rank, group, members, solved & ~empty, solutionPtr);
    const failed = ~solved & ((1 << members) - 1);
    if (failed) {
      store<i32>(scratchPtr, group + ctz(failed));
      return NO_SOLUTION;
    }
    const kept = ((1 << members) - 1) & ~empty;
    loss -= sumLanes(dotLanes(rightPtr, solutionPtr, rank), kept);
    penalty += sumLanes(f32x4.mul(ridges, dotLanes(solutionPtr, solutionPtr, rank)), kept);
  }
  store<f64>(objectivePtr, loss);
  store<f64>(objectivePtr, penalty, 8);
  return OK;
}

/** Reads a word of each cache line of the source rows of ratings [first, last), at most 512 of them, so that they come all at once. */
function touch(yPtr: usize, ld: i32, idxPtr: usize, first: u32, last: u32, outPtr: usize): void {
  const bytes = (<usize>ld) << 2;
  const end = idxPtr + ((<usize>min(last, first + 512)) << 2);
  let sum = 0;
  for (let at = idxPtr + ((<usize>first) << 2); at < end; at += 4) {
    const row = yPtr + <usize>load<u32>(at) * bytes;
    sum |= load<i32>(row) | load<i32>(row, 44);
  }
  store<i32>(outPtr, sum, 32);
}

function replaceLane(v: v128, lane: i32, value: f32): v128 {
  if (lane == 0) return f32x4.replace_lane(v, 0, value);
  if (lane == 1) return f32x4.replace_lane(v, 1, value);
  if (lane == 2) return f32x4.replace_lane(v, 2, value);
  return f32x4.replace_lane(v, 3, value);
}

/** Dot products of four vectors with four others, lane by lane. */
function dotLanes(aPtr: usize, bPtr: usize, rank: i32): v128 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < (<usize>rank) << 4; i += 16) sum = madd(v128.load(aPtr + i), v128.load(bPtr + i), sum);
  return sum;
}

/** The sum of those lanes whose bit is set. */
function sumLanes(v: v128, kept: i32): f64 {
  let sum: f64 = 0;
  if (kept & 1) sum += <f64>f32x4.extract_lane(v, 0);
  if (kept & 2) sum += <f64>f32x4.extract_lane(v, 1);
  if (kept & 4) sum += <f64>f32x4.extract_lane(v, 2);
  if (kept & 8) sum += <f64>f32x4.extract_lane(v, 3);
  return sum;
}

/** Bit l set where every element of lane l is finite. */
function finiteLanes(xPtr: usize, rank: i32): i32 {
  let finite = i32x4.splat(-1);
  for (let i = 0; i < rank; i++) {
    const x = v128.load(xPtr + ((<usize>i) << 4));
    finite = v128.and(finite, f32x4.eq(f32x4.sub(x, x), f32x4.splat(0)));
  }
  return i32x4.bitmask(finite);
}
