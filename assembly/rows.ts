/*
 * One half-step of alternating least squares: every row of one side solved from the factors of the other.
 *
 * X  factors of the side that is solved, f32[rows, ld]     Y  factors of the other side     lambda  regularisation
 */
import { normalEquations } from "./accumulate";
import { readAhead } from "./ahead";
import { solveLanes } from "./cholesky";
import { LANES, madd } from "./lanes";
import {
  equationsBytes,
  factorAt,
  factorStride,
  freeAt,
  inverseAt,
  isNarrow,
  lanesAt,
  NO_SOLUTION,
  normalAt,
  OK,
  quads,
  rightAt,
  solutionAt,
  solvedColumns,
  sourcesAt,
  systemBytes,
  trialAt,
  vectorBytes,
  weightedAt,
} from "./layout";
import { narrowLanes, narrowSums } from "./narrow";
import { minimiseLanes } from "./nonnegative";
import { solveTen } from "./ten";
import { interleave, loadRows, storeRows, takeRight } from "./transpose";

/** Source rows that are read ahead for a group of rows at most: what they read is still near when the last of them is used. */
const MOST_AHEAD: u32 = 1024;

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
 * @param ahead        1: source rows are read ahead, those of a group of rows at a time, since Y is larger than what the cache keeps
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
  const step = LANES * quads(rank);
  const narrow = isNarrow(rank);
  const equationsPtr = scratchPtr + normalAt(rank);
  const sPtr = scratchPtr + lanesAt(rank);
  const yScratch = scratchPtr + sourcesAt();
  const zScratch = scratchPtr + weightedAt(rank);
  const factsPtr = scratchPtr + 16;
  const ridgesPtr = scratchPtr + 32;
  store<f64>(objectivePtr, 0);
  store<f64>(objectivePtr, 0, 8);
  for (let group = first; group < last; group += step) {
    const members = min(step, last - group);
    const rowsPtr = ptrPtr + ((<usize>group) << 2);
    if (ahead) {
      const from = load<u32>(rowsPtr);
      const to = load<u32>(rowsPtr + ((<usize>members) << 2));
      readAhead(yPtr, (<usize>factorStride(rank)) << 2, idxPtr, from, min(to, from + MOST_AHEAD));
    }
    let atZero: f64 = 0;
    for (let member = 0; member < step; member++) {
      const out = equationsPtr + <usize>member * equationsBytes(rank);
      const ridgePtr = ridgesPtr + ((<usize>member) << 2);
      if (member >= members) {
        // members past the end repeat the last row; they are solved along and not stored
        memory.copy(out, out - equationsBytes(rank), equationsBytes(rank));
        store<f32>(ridgePtr, load<f32>(ridgePtr - 4));
        continue;
      }
      const at = rowsPtr + ((<usize>member) << 2);
      const from = load<u32>(at);
      const to = load<u32>(at, 4);
      if (narrow) {
        narrowSums(yPtr, idxPtr, valPtr, from, to, implicit, alpha, yScratch, sPtr, out, factsPtr);
      } else {
        normalEquations(yPtr, idxPtr, valPtr, from, to, rank, implicit, alpha, yScratch, zScratch, out, factsPtr);
      }
      store<f32>(ridgePtr, lambda * <f32>load<f64>(factsPtr) + ridge);
      atZero += load<f64>(factsPtr, 8);
    }
    store<f64>(objectivePtr, load<f64>(objectivePtr) + atZero);
    const failed = solveGroup(
      xPtr,
      implicit ? gramPtr : 0,
      rank,
      nonnegative,
      objectivePtr,
      scratchPtr,
      group,
      members,
    );
    if (failed) {
      store<i32>(scratchPtr, group + ctz(failed));
      return NO_SOLUTION;
    }
  }
  return OK;
}

/** Solves the rows whose equations are in scratch, adds to the objective what their solutions take off; bit l set where row l has none. */
function solveGroup(
  xPtr: usize,
  gramPtr: usize,
  rank: i32,
  nonnegative: i32,
  objectivePtr: usize,
  scratchPtr: usize,
  group: i32,
  members: i32,
): i32 {
  const ld = factorStride(rank);
  const narrow = isNarrow(rank);
  const columns = solvedColumns(rank);
  const quadEnd = quads(rank);
  const equationsPtr = scratchPtr + normalAt(rank);
  const ridgesPtr = scratchPtr + 32;
  const solutionPtr = scratchPtr + solutionAt(rank);
  const inversePtr = scratchPtr + inverseAt(rank);
  const rightPtr = scratchPtr + rightAt(rank);
  let empty = 0;
  let solved = 0;
  for (let quad = 0; quad < quadEnd; quad++) {
    const sPtr = scratchPtr + lanesAt(rank) + <usize>quad * systemBytes(rank);
    const x = solutionPtr + <usize>quad * vectorBytes(rank);
    const ridges = v128.load(ridgesPtr + ((<usize>quad) << 4));
    if (narrow) narrowLanes(equationsPtr + <usize>(quad * LANES) * equationsBytes(rank), rank, gramPtr, ridges, sPtr);
    else interleave(equationsPtr, equationsBytes(rank), rank, gramPtr, ridges, sPtr);
    empty |= takeRight(sPtr, columns, rightPtr + <usize>quad * vectorBytes(rank)) << (quad * LANES);
    if (nonnegative) {
      const here = max(min(members - quad * LANES, LANES), 1);
      loadRows(xPtr, ld, columns, min(group + quad * LANES, group + members - 1), here, x);
      const trial = scratchPtr + trialAt(rank);
      minimiseLanes(sPtr, columns, x, inversePtr, scratchPtr + factorAt(rank), trial, scratchPtr + freeAt(rank));
      solved |= 15 << (quad * LANES);
    } else if (!narrow) {
      solved = solveLanes(sPtr, rank, x, inversePtr);
    }
  }
  if (narrow && !nonnegative) solved = solveTen(scratchPtr + lanesAt(rank), solutionPtr, inversePtr);
  let failed = 0;
  for (let quad = 0; quad < quadEnd; quad++) {
    const x = solutionPtr + <usize>quad * vectorBytes(rank);
    const right = rightPtr + <usize>quad * vectorBytes(rank);
    let finite = i32x4.splat(-1);
    let gain = f32x4.splat(0);
    let norm = f32x4.splat(0);
    for (let i: usize = 0; i < vectorBytes(rank); i += 16) {
      const xi = v128.load(x + i);
      finite = v128.and(finite, f32x4.eq(f32x4.sub(xi, xi), f32x4.splat(0)));
      gain = madd(v128.load(right + i), xi, gain);
      norm = madd(xi, xi, norm);
    }
    const zero = (empty >> (quad * LANES)) & 15;
    const found = ((solved >> (quad * LANES)) & i32x4.bitmask(finite)) | zero;
    const here = max(min(members - quad * LANES, LANES), 0);
    const inside = (1 << here) - 1;
    failed |= (~found & inside) << (quad * LANES);
    if (here == 0) continue;
    storeRows(xPtr, ld, columns, group + quad * LANES, here, found & ~zero, x);
    const kept = inside & ~zero;
    norm = f32x4.mul(v128.load(ridgesPtr + ((<usize>quad) << 4)), norm);
    store<f64>(objectivePtr, load<f64>(objectivePtr) - sumLanes(gain, kept));
    store<f64>(objectivePtr, load<f64>(objectivePtr, 8) + sumLanes(norm, kept), 8);
  }
  return failed;
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
