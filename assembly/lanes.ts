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

/** The sum of each vector's lanes, (0 + 2) + (1 + 3), in one lane each. */
export function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}
