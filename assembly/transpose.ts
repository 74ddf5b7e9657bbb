/*
 * Between rows and lanes: what four rows have one after the other becomes vectors with one row a lane, and back.
 */
import { LANES } from "./lanes";
import { normalStride } from "./layout";

/** Element (i, j) of four systems into one vector, plus G and the ridge on the diagonal: S_ij = A_ij + G_ij + (i == j) ridge. */
export function interleave(aPtr: usize, aBytes: usize, rank: i32, gramPtr: usize, ridge: v128, sPtr: usize): void {
  const lda = normalStride(rank);
  for (let i = 0; i < rank; i++) {
    const source = aPtr + ((<usize>(i * lda)) << 2);
    const gram = gramPtr + ((<usize>(i * lda)) << 2);
    const target = sPtr + ((<usize>(i * lda)) << 4);
    for (let j = i & ~3; j < lda; j += LANES) {
      const at = source + ((<usize>j) << 2);
      const r0 = v128.load(at);
      const r1 = v128.load(at + aBytes);
      const r2 = v128.load(at + 2 * aBytes);
      const r3 = v128.load(at + 3 * aBytes);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      let c0 = v128.shuffle<f64>(t0, t1, 0, 2);
      let c1 = v128.shuffle<f64>(t0, t1, 1, 3);
      let c2 = v128.shuffle<f64>(t2, t3, 0, 2);
      let c3 = v128.shuffle<f64>(t2, t3, 1, 3);
      if (gramPtr) {
        const g = gram + ((<usize>j) << 2);
        c0 = f32x4.add(c0, v128.load32_splat(g));
        c1 = f32x4.add(c1, v128.load32_splat(g, 4));
        c2 = f32x4.add(c2, v128.load32_splat(g, 8));
        c3 = f32x4.add(c3, v128.load32_splat(g, 12));
      }
      const out = target + ((<usize>j) << 4);
      v128.store(out, c0);
      v128.store(out, c1, 16);
      v128.store(out, c2, 32);
      v128.store(out, c3, 48);
    }
    const diagonal = target + ((<usize>i) << 4);
    v128.store(diagonal, f32x4.add(v128.load(diagonal), ridge));
  }
}

/** Copies the right-hand sides. Bit l set where that of lane l is zero: its solution is the zero vector, whatever A is. */
export function takeRight(sPtr: usize, rank: i32, rightPtr: usize): i32 {
  const stride = (<usize>normalStride(rank)) << 4;
  let at = sPtr + ((<usize>rank) << 4);
  let zero = i32x4.splat(-1);
  for (let i = 0; i < rank; i++, at += stride) {
    const b = v128.load(at);
    v128.store(rightPtr + ((<usize>i) << 4), b);
    zero = v128.and(zero, f32x4.eq(b, f32x4.splat(0)));
  }
  return i32x4.bitmask(zero);
}

/** Four rows of X, one a lane, into `solution`: element i of all four in vector i. */
export function loadRows(xPtr: usize, ld: i32, rank: i32, group: i32, members: i32, solutionPtr: usize): void {
  const bytes = (<usize>ld) << 2;
  const x0 = xPtr + <usize>group * bytes;
  const x1 = x0 + <usize>min(1, members - 1) * bytes;
  const x2 = x0 + <usize>min(2, members - 1) * bytes;
  const x3 = x0 + <usize>min(3, members - 1) * bytes;
  for (let i = 0; i < rank; i++) {
    const at = (<usize>i) << 2;
    let v = v128.load32_splat(x0 + at);
    v = v128.load_lane<f32>(x1 + at, v, 1);
    v = v128.load_lane<f32>(x2 + at, v, 2);
    v = v128.load_lane<f32>(x3 + at, v, 3);
    v128.store(solutionPtr + (at << 2), v);
  }
}

/** The rows of `solution` that are kept into X, zero vectors for the others. */
export function storeRows(
  xPtr: usize,
  ld: i32,
  rank: i32,
  group: i32,
  members: i32,
  kept: i32,
  solutionPtr: usize,
): void {
  const bytes = (<usize>ld) << 2;
  const x = xPtr + <usize>group * bytes;
  const lane = i32x4(1, 2, 4, 8);
  const mask = i32x4.eq(v128.and(i32x4.splat(kept), lane), lane);
  const zero = f32x4.splat(0);
  for (let i = 0; i < rank; i += LANES) {
    const at = solutionPtr + ((<usize>i) << 4);
    const c0 = v128.and(v128.load(at), mask);
    const c1 = i + 1 < rank ? v128.and(v128.load(at, 16), mask) : zero;
    const c2 = i + 2 < rank ? v128.and(v128.load(at, 32), mask) : zero;
    const c3 = i + 3 < rank ? v128.and(v128.load(at, 48), mask) : zero;
    const t0 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5);
    const t1 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
    const out = x + ((<usize>i) << 2);
    v128.store(out, v128.shuffle<f64>(t0, t1, 0, 2));
    if (members > 1) v128.store(out + bytes, v128.shuffle<f64>(t0, t1, 1, 3));
    if (members < 3) continue;
    const t2 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
    const t3 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
    v128.store(out + 2 * bytes, v128.shuffle<f64>(t2, t3, 0, 2));
    if (members > 3) v128.store(out + 3 * bytes, v128.shuffle<f64>(t2, t3, 1, 3));
  }
}
