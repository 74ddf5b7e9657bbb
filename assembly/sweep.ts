/*
 * One pass over the ratings of a row, without forming its matrix: the product of the row's own part of the normal equations with a
 * vector, or what a vector leaves of them.
 *
 * Four ratings at a time: t = four dot products y_p'v, transposed into the lanes of one vector; from it the four coefficients e_p;
 * then out += e_0 y_0 + e_1 y_1 + e_2 y_2 + e_3 y_3.
 */
import { readAhead, rowsAhead } from "./ahead";
import { LANES, laneSums, madd } from "./lanes";

/** What `residual` finds beside the residual itself: f64[3]. */
export const COUNTED: usize = 0;
export const AT_ZERO: usize = 8;
export const CHANGE: usize = 16;

/**
 * out += sum of c (y'v) y over the ratings [first, last) of a row in implicit feedback: c = alpha |r|.
 *
 * @param srcPtr    f32[sources, ld], 16-byte aligned, in
 * @param rowBytes  4 ld
 * @param idxPtr    i32[], in: the source row of each rating
 * @param valPtr    f32[], in: the ratings; up to 12 bytes past the last are read
 * @param vPtr      f32[ld], 16-byte aligned, in
 * @param outPtr    f32[ld], 16-byte aligned, in/out
 *
 * Cost: 2 ld multiply-adds a rating.
 */
export function addProduct(
  srcPtr: usize,
  rowBytes: usize,
  idxPtr: usize,
  valPtr: usize,
  first: u32,
  last: u32,
  alpha: f32,
  vPtr: usize,
  outPtr: usize,
): void {
  for (let p = first; p < last; p += LANES) {
    const at = (<usize>p) << 2;
    const c = v128.and(f32x4.mul(f32x4.abs(v128.load(valPtr + at)), f32x4.splat(alpha)), there(p, last));
    const y0 = source(srcPtr, rowBytes, idxPtr, p);
    const y1 = source(srcPtr, rowBytes, idxPtr, min(p + 1, last - 1));
    const y2 = source(srcPtr, rowBytes, idxPtr, min(p + 2, last - 1));
    const y3 = source(srcPtr, rowBytes, idxPtr, min(p + 3, last - 1));
    const t = dots(y0, y1, y2, y3, vPtr, rowBytes);
    combine(y0, y1, y2, y3, f32x4.mul(c, t), outPtr, rowBytes);
  }
}

/**
 * out += sum of (w - c (y'v)) y over the ratings of a row, with w = 1 + c where r > 0, else 0; the other parameters as above.
 *
 * @param factsPtr  f64[3], out: how many ratings are above zero, the loss at v = 0 (the sum of w), and by how much v changes it
 *                  (the sum of c (y'v)^2 - 2 w y'v)
 */
export function addResidual(
  srcPtr: usize,
  rowBytes: usize,
  idxPtr: usize,
  valPtr: usize,
  first: u32,
  last: u32,
  alpha: f32,
  vPtr: usize,
  outPtr: usize,
  factsPtr: usize,
): void {
  let counted = 0;
  let atZero = f64x2.splat(0);
  let change = f64x2.splat(0);
  const step = rowsAhead(rowBytes);
  let ahead = first;
  for (let p = first; p < last; p += LANES) {
    if (p >= ahead) {
      ahead = min(p + step, last);
      readAhead(srcPtr, rowBytes, idxPtr, p, ahead);
    }
    const at = (<usize>p) << 2;
    const r = v128.load(valPtr + at);
    const mask = there(p, last);
    const positive = v128.and(f32x4.gt(r, f32x4.splat(0)), mask);
    const c = v128.and(f32x4.mul(f32x4.abs(r), f32x4.splat(alpha)), mask);
    const w = v128.and(f32x4.add(c, f32x4.splat(1)), positive);
    counted += popcnt(i32x4.bitmask(positive));
    const y0 = source(srcPtr, rowBytes, idxPtr, p);
    const y1 = source(srcPtr, rowBytes, idxPtr, min(p + 1, last - 1));
    const y2 = source(srcPtr, rowBytes, idxPtr, min(p + 2, last - 1));
    const y3 = source(srcPtr, rowBytes, idxPtr, min(p + 3, last - 1));
    const t = dots(y0, y1, y2, y3, vPtr, rowBytes);
    const ct = f32x4.mul(c, t);
    combine(y0, y1, y2, y3, f32x4.sub(w, ct), outPtr, rowBytes);
    atZero = addLanes(atZero, w);
    change = addLanes(change, f32x4.mul(t, f32x4.sub(ct, f32x4.add(w, w))));
  }
  store<f64>(factsPtr, <f64>counted, COUNTED);
  store<f64>(factsPtr, f64x2.extract_lane(atZero, 0) + f64x2.extract_lane(atZero, 1), AT_ZERO);
  store<f64>(factsPtr, f64x2.extract_lane(change, 0) + f64x2.extract_lane(change, 1), CHANGE);
}

/** Ones in the lanes of the ratings p to p + 3 that lie before `last`. */
function there(p: u32, last: u32): v128 {
  return i32x4.lt_u(i32x4.add(i32x4.splat(p), i32x4(0, 1, 2, 3)), i32x4.splat(last));
}

function source(srcPtr: usize, rowBytes: usize, idxPtr: usize, p: u32): usize {
  return srcPtr + <usize>load<u32>(idxPtr + ((<usize>p) << 2)) * rowBytes;
}

function addLanes(sum: v128, v: v128): v128 {
  const low = f64x2.add(sum, f64x2.promote_low_f32x4(v));
  return f64x2.add(low, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
}

/** (y0'v, y1'v, y2'v, y3'v) */
function dots(y0: usize, y1: usize, y2: usize, y3: usize, vPtr: usize, rowBytes: usize): v128 {
  let t0 = f32x4.splat(0);
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  for (let b: usize = 0; b < rowBytes; b += 16) {
    const v = v128.load(vPtr + b);
    t0 = madd(v128.load(y0 + b), v, t0);
    t1 = madd(v128.load(y1 + b), v, t1);
    t2 = madd(v128.load(y2 + b), v, t2);
    t3 = madd(v128.load(y3 + b), v, t3);
  }
  return laneSums(t0, t1, t2, t3);
}

/** out += e_0 y0 + e_1 y1 + e_2 y2 + e_3 y3 */
function combine(y0: usize, y1: usize, y2: usize, y3: usize, e: v128, outPtr: usize, rowBytes: usize): void {
  const e0 = v128.shuffle<f32>(e, e, 0, 0, 0, 0);
  const e1 = v128.shuffle<f32>(e, e, 1, 1, 1, 1);
  const e2 = v128.shuffle<f32>(e, e, 2, 2, 2, 2);
  const e3 = v128.shuffle<f32>(e, e, 3, 3, 3, 3);
  for (let b: usize = 0; b < rowBytes; b += 16) {
    let out = madd(v128.load(y0 + b), e0, v128.load(outPtr + b));
    out = madd(v128.load(y1 + b), e1, out);
    out = madd(v128.load(y2 + b), e2, out);
    out = madd(v128.load(y3 + b), e3, out);
    v128.store(outPtr + b, out);
  }
}
