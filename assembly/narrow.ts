/*
 * Normal equations at the ranks 9 and 10, where most models are: four ratings in the lanes of a vector, all loops over columns written
 * out, and ten columns at either rank (at rank 9 the last is zero).
 *
 * A rating's source row is scaled by s = sqrt(c), so that A = sum of z z' needs one array instead of two; the right-hand side rides
 * along as column 10 of z, as w / s:
 *
 *   z = (s y_0 ... s y_9 | w / s)       z z' = ( c y y' | w y )
 *
 * Each element of A | b stays four partial sums, one a lane, until four rows are done: adding a row's lanes and giving each row a lane
 * of its own is then one step, since the solve works on four rows at once.
 */
import { laneSums } from "./lanes";
import { NARROW, NARROW_BYTES, NARROW_CHUNK, WIDE } from "./layout";
import { outerSums } from "./outer";

/** Bytes of a row of factors. */
const ROW: usize = 48;

/** Confidences below this are taken as this much, so that w / s is finite. */
const SMALLEST: f32 = 1e-30;

/**
 * Sums of one row's equations: A_ij = the sum of the lanes of sums[i, j]. Confidences and weights are those of `normalEquations`.
 *
 * @param srcPtr    f32[sources, 12], 16-byte aligned, in: the factors of the other side, columns 10 and 11 zero
 * @param idxPtr    i32[], in: the source row of each rating
 * @param valPtr    f32[], in: the ratings; up to 12 bytes past the last are read
 * @param first     first rating of the row
 * @param last      one past its last rating
 * @param implicit  1 for implicit feedback
 * @param alpha     confidence of a rating of one
 * @param zPtr      v128[NARROW_CHUNK / 4, 12], scratch
 * @param morePtr   v128[10, 12], scratch
 * @param sumsPtr   v128[10, 12], out: from the diagonal to column 10
 * @param factsPtr  f64[2], out: as of `normalEquations`
 */
export function narrowSums(
  srcPtr: usize,
  idxPtr: usize,
  valPtr: usize,
  first: u32,
  last: u32,
  implicit: i32,
  alpha: f32,
  zPtr: usize,
  morePtr: usize,
  sumsPtr: usize,
  factsPtr: usize,
): void {
  let counted = i32x4.splat(0);
  let atZero = f64x2.splat(0);
  let out = sumsPtr;
  if (first == last) memory.fill(sumsPtr, 0, NARROW_BYTES);
  for (let from = first; from < last; from += NARROW_CHUNK) {
    const to = min<u32>(from + NARROW_CHUNK, last);
    let loss = f32x4.splat(0);
    let z = zPtr;
    let at = (<usize>from) << 2;
    for (const end = (<usize>to) << 2; at < end; at += 16, z += WIDE) {
      const y0 = idxPtr + at;
      let y1 = y0 + 4;
      let y2 = y0 + 8;
      let y3 = y0 + 12;
      let r = v128.load(valPtr + at);
      let s = f32x4.splat(1);
      if (at + 12 >= end) {
        // fewer than four are left: the others are of the last row, with the weight of none
        const left = <i32>(end - at) >> 2;
        const there = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
        r = v128.and(r, there);
        s = v128.and(s, there);
        y1 = min(y1, idxPtr + end - 4);
        y2 = min(y2, idxPtr + end - 4);
        y3 = min(y3, idxPtr + end - 4);
      }
      let w = r;
      let zero = f32x4.mul(r, r);
      if (implicit) {
        const positive = f32x4.gt(r, f32x4.splat(0));
        const c = f32x4.pmax(f32x4.mul(f32x4.abs(r), f32x4.splat(alpha)), f32x4.splat(SMALLEST));
        s = f32x4.sqrt(c);
        zero = v128.and(f32x4.add(c, f32x4.splat(1)), positive);
        w = f32x4.div(zero, s);
        counted = i32x4.sub(counted, positive);
      }
      loss = f32x4.add(loss, zero);
      gatherFour(row(srcPtr, y0), row(srcPtr, y1), row(srcPtr, y2), row(srcPtr, y3), s, w, z);
    }
    outerSums(zPtr, z, out);
    if (out != sumsPtr) addSums(out, sumsPtr);
    out = morePtr;
    atZero = f64x2.add(atZero, f64x2.promote_low_f32x4(loss));
    atZero = f64x2.add(atZero, f64x2.promote_low_f32x4(v128.shuffle<i64>(loss, loss, 1, 1)));
  }
  const positive =
    i32x4.extract_lane(counted, 0) +
    i32x4.extract_lane(counted, 1) +
    i32x4.extract_lane(counted, 2) +
    i32x4.extract_lane(counted, 3);
  store<f64>(factsPtr, <f64>(implicit ? positive : last - first));
  store<f64>(factsPtr, f64x2.extract_lane(atZero, 0) + f64x2.extract_lane(atZero, 1), 8);
}

function row(srcPtr: usize, id: usize): usize {
  return srcPtr + <usize>load<u32>(id) * ROW;
}

/** A step of z from four source rows. */
function gatherFour(y0: usize, y1: usize, y2: usize, y3: usize, s: v128, w: v128, z: usize): void {
  transpose4(y0, y1, y2, y3, s, z);
  transpose4(y0 + 16, y1 + 16, y2 + 16, y3 + 16, s, z + 64);
  transpose2(y0 + 32, y1 + 32, y2 + 32, y3 + 32, s, z + 128);
  v128.store(z, w, 160);
}

/** Four columns of four rows, scaled by s: column j of all four into vector j. */
function transpose4(y0: usize, y1: usize, y2: usize, y3: usize, s: v128, z: usize): void {
  const r0 = v128.load(y0);
  const r1 = v128.load(y1);
  const r2 = v128.load(y2);
  const r3 = v128.load(y3);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(z, f32x4.mul(v128.shuffle<f64>(t0, t1, 0, 2), s));
  v128.store(z, f32x4.mul(v128.shuffle<f64>(t0, t1, 1, 3), s), 16);
  v128.store(z, f32x4.mul(v128.shuffle<f64>(t2, t3, 0, 2), s), 32);
  v128.store(z, f32x4.mul(v128.shuffle<f64>(t2, t3, 1, 3), s), 48);
}

/** The first two of four columns, as `transpose4` does. */
function transpose2(y0: usize, y1: usize, y2: usize, y3: usize, s: v128, z: usize): void {
  const low = v128.load64_lane(y1, v128.load64_zero(y0), 1);
  const high = v128.load64_lane(y3, v128.load64_zero(y2), 1);
  v128.store(z, f32x4.mul(v128.shuffle<f32>(low, high, 0, 2, 4, 6), s));
  v128.store(z, f32x4.mul(v128.shuffle<f32>(low, high, 1, 3, 5, 7), s), 16);
}

function addSums(from: usize, to: usize): void {
  const end = from + NARROW_BYTES;
  for (; from < end; from += 32, to += 32) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    v128.store(to, f32x4.add(v128.load(to, 16), v128.load(from, 16)), 16);
  }
}

/**
 * Adds the lanes of four rows' sums, each row into a lane of its own, plus G and the ridge on the diagonal.
 *
 * @param sumsPtr  v128[4, 10, 12], in
 * @param rank     k, 9 or 10; at 9 element (9, 9) is one, so that the last unknown is zero
 * @param gramPtr  f32[12, 12], in: G, or 0 for none
 * @param ridge    what is added to the diagonal, a row a lane
 * @param sPtr     v128[10, 12], out: S_ij = A_ij + G_ij + (i == j) ridge, b in column 10
 */
export function narrowLanes(sumsPtr: usize, rank: i32, gramPtr: usize, ridge: v128, sPtr: usize): void {
  let row: usize = 0;
  let gram = gramPtr;
  for (let i = 0; i < NARROW; i++, row += WIDE, gram += ROW) {
    const diagonal = row + ((<usize>i) << 4);
    const end = row + 176;
    let g = gram + ((<usize>i) << 2);
    for (let at = diagonal; at < end; at += 16, g += 4) {
      const sums = sumsPtr + at;
      let a = laneSums(
        v128.load(sums),
        v128.load(sums, NARROW_BYTES),
        v128.load(sums, 2 * NARROW_BYTES),
        v128.load(sums, 3 * NARROW_BYTES),
      );
      if (gramPtr) a = f32x4.add(a, v128.load32_splat(g));
      v128.store(sPtr + at, a);
    }
    v128.store(sPtr + diagonal, f32x4.add(v128.load(sPtr + diagonal), ridge));
  }
  if (rank < NARROW) v128.store(sPtr + 9 * WIDE + 144, f32x4.splat(1));
}
