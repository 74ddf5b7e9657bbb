/*
 * Sums of outer products, the part of alternating least squares where the time goes.
 *
 * A row's normal equations (Hu, Koren, Volinsky 2008, eq. 4) are sums over its ratings of c y y' and of w y. Both are one sum of
 * outer products y z' with z = (c y | w): the right-hand side rides in the padding column k of the matrix.
 *
 *              z0  z1  z2  z3 | z4 ... | . w . .
 *   y0..y3   [ a   a   a   a  |        |   b     ]     a tile is four rows of y by one or two vectors of z, held in
 *   y4..y7   [                | a  ... |   b     ]     registers over a chunk of ratings; tiles left of the diagonal
 *                                                      are not computed and hold no meaning
 */

import { LANES, madd } from "./lanes";
import { CHUNK, factorStride, normalStride } from "./layout";

/**
 * Sums a chunk of outer products: A = [A +] sum over p in [0, count) of y_p z_p'. Elements left of the diagonal tiles are not written.
 *
 * @param yPtr   f32[count, ld], 16-byte aligned, in; the first `rows` columns are used
 * @param zPtr   f32[count, lda], 16-byte aligned, in
 * @param count  ratings in the chunk
 * @param ldy    row stride of y in floats, a multiple of 4
 * @param ldz    row stride of z and of A in floats, a multiple of 4
 * @param rows   rows of A, a multiple of 4
 * @param aPtr   f32[rows, lda], 16-byte aligned, in/out
 * @param add    false for the first chunk: A is written, not added to
 *
 * Cost: rows * lda / 2 multiply-adds a rating. Each element is summed over the chunk in the order of the ratings and then added
 * once to A, so the bits depend on the chunk alone.
 */
export function accumulate(
  yPtr: usize,
  zPtr: usize,
  count: i32,
  ldy: i32,
  ldz: i32,
  rows: i32,
  aPtr: usize,
  add: bool,
): void {
  const yStride = (<usize>ldy) << 2;
  const zStride = (<usize>ldz) << 2;
  const yEnd = yPtr + <usize>count * yStride;
  for (let i = 0; i < rows; i += LANES) {
    const y = yPtr + ((<usize>i) << 2);
    const row = aPtr + ((<usize>(i * ldz)) << 2);
    let j = i;
    for (; ldz - j >= 8; j += 8) {
      const at = (<usize>j) << 2;
      tile2(y, zPtr + at, yEnd, yStride, zStride, row + at, add);
    }
    if (j < ldz) {
      const at = (<usize>j) << 2;
      tile1(y, zPtr + at, yEnd, yStride, zStride, row + at, add);
    }
  }
}

function put(ptr: usize, value: v128, add: bool): void {
  v128.store(ptr, add ? f32x4.add(v128.load(ptr), value) : value);
}

/** A tile of 4 x 8: eight sums, two vectors, a splat and a product are what fits into the registers; 4 x 12 is a third slower. */
function tile2(y: usize, z: usize, yEnd: usize, yStride: usize, zStride: usize, a: usize, add: bool): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a10 = a00;
  let a11 = a00;
  let a20 = a00;
  let a21 = a00;
  let a30 = a00;
  let a31 = a00;
  for (; y < yEnd; y += yStride, z += zStride) {
    const z0 = v128.load(z);
    const z1 = v128.load(z, 16);
    let yi = v128.load32_splat(y);
    a00 = madd(yi, z0, a00);
    a01 = madd(yi, z1, a01);
    yi = v128.load32_splat(y, 4);
    a10 = madd(yi, z0, a10);
    a11 = madd(yi, z1, a11);
    yi = v128.load32_splat(y, 8);
    a20 = madd(yi, z0, a20);
    a21 = madd(yi, z1, a21);
    yi = v128.load32_splat(y, 12);
    a30 = madd(yi, z0, a30);
    a31 = madd(yi, z1, a31);
  }
  put(a, a00, add);
  put(a + 16, a01, add);
  put(a + zStride, a10, add);
  put(a + zStride + 16, a11, add);
  a += zStride << 1;
  put(a, a20, add);
  put(a + 16, a21, add);
  put(a + zStride, a30, add);
  put(a + zStride + 16, a31, add);
}

/** A tile of 4 x 4. */
function tile1(y: usize, z: usize, yEnd: usize, yStride: usize, zStride: usize, a: usize, add: bool): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (; y < yEnd; y += yStride, z += zStride) {
    const z0 = v128.load(z);
    a0 = madd(v128.load32_splat(y), z0, a0);
    a1 = madd(v128.load32_splat(y, 4), z0, a1);
    a2 = madd(v128.load32_splat(y, 8), z0, a2);
    a3 = madd(v128.load32_splat(y, 12), z0, a3);
  }
  put(a, a0, add);
  put(a + zStride, a1, add);
  a += zStride << 1;
  put(a, a2, add);
  put(a + zStride, a3, add);
}

/**
 * Builds the normal equations of one row from its ratings: A | b = sum of c y y' | sum of w y.
 *
 * Implicit feedback: c = alpha |r|, w = 1 + c where r > 0, else 0. Explicit feedback: c = 1, w = r.
 *
 * @param srcPtr    f32[sources, ld], 16-byte aligned, in: the factors of the other side
 * @param idxPtr    i32[], in: the source row of each rating
 * @param valPtr    f32[], in: the ratings
 * @param first     first rating of the row
 * @param last      one past its last rating
 * @param rank      k
 * @param implicit  1 for implicit feedback
 * @param alpha     confidence of a rating of one
 * @param yPtr      f32[CHUNK, ld], scratch
 * @param zPtr      f32[CHUNK, lda], scratch
 * @param aPtr      f32[ld, lda], out
 * @param factsPtr  f64[2], out: how many ratings count for the regularisation (those above zero in implicit feedback, all in
 *                  explicit), and what the row's loss is at x = 0: the sum of w in implicit feedback, of r^2 in explicit
 */
export function normalEquations(
  srcPtr: usize,
  idxPtr: usize,
  valPtr: usize,
  first: u32,
  last: u32,
  rank: i32,
  implicit: i32,
  alpha: f32,
  yPtr: usize,
  zPtr: usize,
  aPtr: usize,
  factsPtr: usize,
): void {
  const ld = factorStride(rank);
  const lda = normalStride(rank);
  const rowBytes = (<usize>ld) << 2;
  const zBytes = (<usize>lda) << 2;
  let counted: u32 = 0;
  let atZero: f64 = 0;
  let add = false;
  if (first == last) memory.fill(aPtr, 0, <usize>ld * zBytes);
  while (first < last) {
    const count = min<u32>(last - first, <u32>CHUNK);
    let y = yPtr;
    let z = zPtr;
    for (let p: u32 = 0; p < count; p++) {
      const source = srcPtr + <usize>load<u32>(idxPtr + ((<usize>(first + p)) << 2)) * rowBytes;
      const r = load<f32>(valPtr + ((<usize>(first + p)) << 2));
      let c: f32 = 1;
      let w: f32 = r;
      if (implicit) {
        c = alpha * Mathf.abs(r);
        w = r > 0 ? 1 + c : 0;
        counted += u32(r > 0);
      }
      atZero += implicit ? <f64>w : <f64>r * <f64>r;
      const c4 = f32x4.splat(c);
      for (let b: usize = 0; b < rowBytes; b += 16) {
        const row = v128.load(source + b);
        v128.store(y + b, row);
        v128.store(z + b, f32x4.mul(row, c4));
      }
      if (lda > ld) v128.store(z + rowBytes, f32x4.splat(0));
      store<f32>(z + ((<usize>rank) << 2), w);
      y += rowBytes;
      z += zBytes;
    }
    accumulate(yPtr, zPtr, <i32>count, ld, lda, ld, aPtr, add);
    add = true;
    if (!implicit) counted += count;
    first += count;
  }
  store<f64>(factsPtr, <f64>counted);
  store<f64>(factsPtr, atZero, 8);
}
