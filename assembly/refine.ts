/*
 * An approximate half-step of alternating least squares in implicit feedback: a few steps of preconditioned conjugate gradients for
 * each row, from its factors of the iteration before (Takacs, Pilaszy, Tikk 2011, Applications of the conjugate gradient method for
 * implicit feedback collaborative filtering), in the basis where Y'Y is diagonal.
 *
 *   H = D + sum of c y y',   D = diag(spectrum) + (lambda n + ridge) I        b = sum of w y        H x = b
 */

import { madd, nmadd } from "./lanes";
import { factorStride, NO_SOLUTION, OK, sourcesAt } from "./layout";
import { AT_ZERO, addProduct, addResidual, CHANGE, COUNTED } from "./sweep";

/**
 * Improves rows [first, last) of X towards the minimisers that `solveRowsF32` finds.
 *
 * @param yPtr         f32[sources, ld], 16-byte aligned, in: in the basis where Y'Y is diagonal
 * @param xPtr         f32[rows, ld], 16-byte aligned, in (start, in the same basis) and out
 * @param ptrPtr       u32[rows + 1], in
 * @param idxPtr       i32[ratings], in: rows of Y
 * @param valPtr       f32[ratings], in; up to 12 bytes past a row's last rating are read
 * @param spectrumPtr  f32[ld], 16-byte aligned, in: the diagonal of Y'Y, one in padding columns
 * @param rank         k, 1..256
 * @param lambda       regularisation of one rating
 * @param ridge        regularisation of a row, whatever its ratings; lambda + ridge > 0
 * @param alpha        confidence of a rating of one
 * @param steps        conjugate gradient steps at most, at least 1
 * @param enough       a row is done when a step lowers its loss by at most this share of it
 * @param cold         1: rows start at zero, whatever they hold
 * @param objectivePtr f64[2], out: as in `solveRowsF32`
 * @param scratchPtr   `scratchBytes(rank)` bytes, 64-byte aligned, of this worker alone
 * @param first        first row
 * @param last         one past the last row
 * @returns 0, or NO_SOLUTION with the row in scratch[0] where numbers leave float32's range; rows before it are written
 *
 * Cost a row: 2 (steps + 1) n ld multiply-adds. Writes only rows [first, last) of X. Bits of a row depend on the row alone.
 */
export function refineRowsF32(
  yPtr: usize,
  xPtr: usize,
  ptrPtr: usize,
  idxPtr: usize,
  valPtr: usize,
  spectrumPtr: usize,
  rank: i32,
  lambda: f32,
  ridge: f32,
  alpha: f32,
  steps: i32,
  enough: f32,
  cold: i32,
  objectivePtr: usize,
  scratchPtr: usize,
  first: i32,
  last: i32,
): i32 {
  const rowBytes = (<usize>factorStride(rank)) << 2;
  const factsPtr = scratchPtr + 16;
  const dPtr = scratchPtr + sourcesAt();
  const inversePtr = dPtr + rowBytes;
  const rPtr = inversePtr + rowBytes;
  const pPtr = rPtr + rowBytes;
  const qPtr = pPtr + rowBytes;
  let loss: f64 = 0;
  let penalty: f64 = 0;
  for (let row = first; row < last; row++) {
    const x = xPtr + <usize>row * rowBytes;
    const begin = load<u32>(ptrPtr + ((<usize>row) << 2));
    const end = load<u32>(ptrPtr + ((<usize>row) << 2), 4);
    if (cold) memory.fill(x, 0, rowBytes);
    memory.fill(rPtr, 0, rowBytes);
    addResidual(yPtr, rowBytes, idxPtr, valPtr, begin, end, alpha, x, rPtr, factsPtr);
    const atZero = load<f64>(factsPtr, AT_ZERO);
    if (atZero == 0) {
      memory.fill(x, 0, rowBytes);
      continue;
    }
    const shift = lambda * <f32>load<f64>(factsPtr, COUNTED) + ridge;
    const shift4 = f32x4.splat(shift);
    let change4 = f32x4.splat(0);
    let rz4 = change4;
    for (let b: usize = 0; b < rowBytes; b += 16) {
      const spectrum = v128.load(spectrumPtr + b);
      const d = f32x4.add(spectrum, shift4);
      const x4 = v128.load(x + b);
      const dx = f32x4.mul(d, x4);
      change4 = madd(dx, x4, change4);
      const r = f32x4.sub(v128.load(rPtr + b), dx);
      const inverse = f32x4.div(f32x4.splat(1), d);
      const z = f32x4.mul(r, inverse);
      rz4 = madd(r, z, rz4);
      v128.store(dPtr + b, d);
      v128.store(inversePtr + b, inverse);
      v128.store(rPtr + b, r);
      v128.store(pPtr + b, z);
    }
    let left = atZero + load<f64>(factsPtr, CHANGE) + <f64>sum(change4);
    let rz = sum(rz4);
    for (let step = 1; rz > 0; step++) {
      for (let b: usize = 0; b < rowBytes; b += 16) {
        v128.store(qPtr + b, f32x4.mul(v128.load(dPtr + b), v128.load(pPtr + b)));
      }
      addProduct(yPtr, rowBytes, idxPtr, valPtr, begin, end, alpha, pPtr, qPtr);
      let pq4 = f32x4.splat(0);
      for (let b: usize = 0; b < rowBytes; b += 16) pq4 = madd(v128.load(pPtr + b), v128.load(qPtr + b), pq4);
      const length = rz / sum(pq4);
      const gain = <f64>length * <f64>rz;
      left -= gain;
      const length4 = f32x4.splat(length);
      for (let b: usize = 0; b < rowBytes; b += 16) {
        v128.store(x + b, madd(length4, v128.load(pPtr + b), v128.load(x + b)));
      }
      if (step == steps || gain <= <f64>enough * left) break;
      rz4 = f32x4.splat(0);
      for (let b: usize = 0; b < rowBytes; b += 16) {
        const r = nmadd(length4, v128.load(qPtr + b), v128.load(rPtr + b));
        v128.store(rPtr + b, r);
        const z = f32x4.mul(r, v128.load(inversePtr + b));
        v128.store(qPtr + b, z);
        rz4 = madd(r, z, rz4);
      }
      const next = sum(rz4);
      const beta4 = f32x4.splat(next / rz);
      rz = next;
      for (let b: usize = 0; b < rowBytes; b += 16) {
        v128.store(pPtr + b, madd(beta4, v128.load(pPtr + b), v128.load(qPtr + b)));
      }
    }
    if (!(Math.abs(left) < Infinity)) {
      memory.fill(x, 0, rowBytes);
      store<i32>(scratchPtr, row);
      return NO_SOLUTION;
    }
    let squares = f32x4.splat(0);
    for (let b: usize = 0; b < rowBytes; b += 16) squares = madd(v128.load(x + b), v128.load(x + b), squares);
    loss += left;
    penalty += <f64>shift * <f64>sum(squares);
  }
  store<f64>(objectivePtr, loss);
  store<f64>(objectivePtr, penalty, 8);
  return OK;
}

/** The sum of four lanes. */
function sum(v: v128): f32 {
  const s = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1);
}
