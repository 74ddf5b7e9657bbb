/*
 * Lane arithmetic shared by the kernels.
 *
 * The two builds differ here and nowhere else: with relaxed SIMD a multiply and an add are one instruction with one rounding where
 * the processor has it, without they are two. Either way a build gives the same bits on the same processor, run after run.
 */

/** Floats in a v128. */
export const LANES: i32 = 4;

/** `a * b + c` in each of four float32 lanes. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** `c - a * b` in each of four float32 lanes. */
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** Smallest multiple of four that is at least `n`. */
export function roundUp4(n: i32): i32 {
  return (n + 3) & ~3;
}
