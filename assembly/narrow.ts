/*
 * Normal equations at the ranks 9 to 11, where most models are: everything of `accumulate.ts` with the loops over columns unrolled.
 *
 * A rating's source row is scaled by s = sqrt(c), so that A = sum of z z' needs one array instead of two; the right-hand side rides
 * along as column k of z, as w / s:
 *
 *   z = (s y_0 ... s y_k-1 | w / s | 0)       z z' = ( c y y' | w y )
 *
 * Ten sums of four columns by 12 fill three passes over a chunk; a pass keeps its sums, a splat and a product in the 15 vector
 * registers that there are.
 */
import { LANES, madd, put } from "./lanes";
import { CHUNK } from "./layout";

/** Bytes of a row of factors, of z and of A | b. */
const ROW: usize = 48;

/** Confidences below this are taken as this much, so that w / s is finite. */
const SMALLEST: f32 = 1e-30;

/**
 * Builds the normal equations of one row, as `normalEquations` does, at row strides ld = lda = 12.
 *
 * @param zPtr  f32[CHUNK, 12], scratch; the other parameters are those of `normalEquations`
 */
export function normalEquations12(
  srcPtr: usize,
  idxPtr: usize,
  valPtr: usize,
  first: u32,
  last: u32,
  rank: i32,
  implicit: i32,
  alpha: f32,
  sPtr: usize,
  zPtr: usize,
  aPtr: usize,
  factsPtr: usize,
): void {
  const right = rightMask(rank);
  let counted = 0;
  let atZero = f64x2.splat(0);
  let add = false;
  if (first == last) memory.fill(aPtr, 0, 12 * ROW);
  while (first < last) {
    const end = min<u32>(first + CHUNK, last);
    let at: usize = 0;
    for (let p = first; p < end; p += LANES, at += 16) {
      const r = v128.load(valPtr + ((<usize>p) << 2));
      const there = i32x4.lt_u(i32x4.add(i32x4.splat(p), i32x4(0, 1, 2, 3)), i32x4.splat(end));
      let s = f32x4.splat(1);
      let w = r;
      let zero = f32x4.mul(r, r);
      if (implicit) {
        const positive = v128.and(f32x4.gt(r, f32x4.splat(0)), there);
        const c = f32x4.max(f32x4.mul(f32x4.abs(r), f32x4.splat(alpha)), f32x4.splat(SMALLEST));
        s = f32x4.sqrt(c);
        zero = v128.and(f32x4.add(c, f32x4.splat(1)), positive);
        w = f32x4.div(zero, s);
        counted += popcnt(i32x4.bitmask(positive));
      } else {
        zero = v128.and(zero, there);
      }
      v128.store(sPtr + at, s);
      v128.store(sPtr + at, w, 256);
      atZero = f64x2.add(atZero, f64x2.promote_low_f32x4(zero));
      atZero = f64x2.add(atZero, f64x2.promote_low_f32x4(v128.shuffle<i64>(zero, zero, 1, 1)));
    }
    let z = zPtr;
    at = sPtr;
    for (let p = first; p < end; p++, at += 4, z += ROW) {
      const source = srcPtr + <usize>load<u32>(idxPtr + ((<usize>p) << 2)) * ROW;
      const s = v128.load32_splat(at);
      const w = v128.load32_splat(at, 256);
      v128.store(z, f32x4.mul(v128.load(source), s));
      v128.store(z, f32x4.mul(v128.load(source, 16), s), 16);
      v128.store(z, v128.bitselect(w, f32x4.mul(v128.load(source, 32), s), right), 32);
    }
    right8(zPtr, z, aPtr, add);
    left8(zPtr, z, aPtr, add);
    add = true;
    if (!implicit) counted += end - first;
    first = end;
  }
  store<f64>(factsPtr, <f64>counted);
  store<f64>(factsPtr, f64x2.extract_lane(atZero, 0) + f64x2.extract_lane(atZero, 1), 8);
}

/** Ones in column k of the last vector of a row. */
function rightMask(rank: i32): v128 {
  const lane = i32x4(8, 9, 10, 11);
  return i32x4.eq(lane, i32x4.splat(rank));
}

/** Columns 8 to 11 of rows 0 to 10. */
function right8(z: usize, zEnd: usize, a: usize, add: bool): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let a7 = a0;
  let a8 = a0;
  let a9 = a0;
  let a10 = a0;
  for (; z < zEnd; z += ROW) {
    const z2 = v128.load(z, 32);
    a0 = madd(v128.load32_splat(z), z2, a0);
    a1 = madd(v128.load32_splat(z, 4), z2, a1);
    a2 = madd(v128.load32_splat(z, 8), z2, a2);
    a3 = madd(v128.load32_splat(z, 12), z2, a3);
    a4 = madd(v128.load32_splat(z, 16), z2, a4);
    a5 = madd(v128.load32_splat(z, 20), z2, a5);
    a6 = madd(v128.load32_splat(z, 24), z2, a6);
    a7 = madd(v128.load32_splat(z, 28), z2, a7);
    a8 = madd(v128.load32_splat(z, 32), z2, a8);
    a9 = madd(v128.load32_splat(z, 36), z2, a9);
    a10 = madd(v128.load32_splat(z, 40), z2, a10);
  }
  put(a + 32, a0, add);
  put(a + 80, a1, add);
  put(a + 128, a2, add);
  put(a + 176, a3, add);
  put(a + 224, a4, add);
  put(a + 272, a5, add);
  put(a + 320, a6, add);
  put(a + 368, a7, add);
  put(a + 416, a8, add);
  put(a + 464, a9, add);
  put(a + 512, a10, add);
}

/** Columns 0 to 3 of rows 0 to 3, columns 4 to 7 of rows 0 to 7. */
function left8(z: usize, zEnd: usize, a: usize, add: bool): void {
  let a00 = f32x4.splat(0);
  let a10 = a00;
  let a20 = a00;
  let a30 = a00;
  let a01 = a00;
  let a11 = a00;
  let a21 = a00;
  let a31 = a00;
  let a41 = a00;
  let a51 = a00;
  let a61 = a00;
  let a71 = a00;
  for (; z < zEnd; z += ROW) {
    const z1 = v128.load(z, 16);
    a41 = madd(v128.load32_splat(z, 16), z1, a41);
    a51 = madd(v128.load32_splat(z, 20), z1, a51);
    a61 = madd(v128.load32_splat(z, 24), z1, a61);
    a71 = madd(v128.load32_splat(z, 28), z1, a71);
    let s = v128.load32_splat(z);
    a00 = madd(v128.load(z), s, a00);
    a01 = madd(z1, s, a01);
    s = v128.load32_splat(z, 4);
    a10 = madd(v128.load(z), s, a10);
    a11 = madd(z1, s, a11);
    s = v128.load32_splat(z, 8);
    a20 = madd(v128.load(z), s, a20);
    a21 = madd(z1, s, a21);
    s = v128.load32_splat(z, 12);
    a30 = madd(v128.load(z), s, a30);
    a31 = madd(z1, s, a31);
  }
  put(a, a00, add);
  put(a + 16, a01, add);
  put(a + 48, a10, add);
  put(a + 64, a11, add);
  put(a + 96, a20, add);
  put(a + 112, a21, add);
  put(a + 144, a30, add);
  put(a + 160, a31, add);
  put(a + 208, a41, add);
  put(a + 256, a51, add);
  put(a + 304, a61, add);
  put(a + 352, a71, add);
}
