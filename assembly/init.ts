/*
 * Initial factors: every row a random direction, a Gaussian vector scaled to length one, as Spark MLlib starts.
 *
 * A row's numbers come from (seed, side, row) alone, by a counter-based generator, so that no split of the work changes them. Only
 * integer operations, + - * / and sqrt are used, which every WebAssembly host computes to the same bit; the logarithm is our own.
 */
import { factorStride, OK } from "./layout";

/** SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection of 64-bit words whose output bits look independent. */
function mix(z: u64): u64 {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Natural logarithm for x in (0, 1]: x = m 2^e with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh((m - 1) / (m + 1)) as a series. */
function log(x: f64): f64 {
  let bits = reinterpret<u64>(x);
  let e = <i32>(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  let m = reinterpret<f64>(bits);
  if (m > Math.SQRT2) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum: f64 = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * s2 + 1 / <f64>n;
  return 2 * s * sum + <f64>e * Math.LN2;
}

/**
 * Fills rows [first, last) with random directions.
 *
 * Gaussian pairs by Marsaglia's polar method, scaled to unit Euclidean length in float64 and rounded once; both signs.
 *
 * @param xPtr   f32[rows, ld], out; padding columns are set to zero
 * @param rank   k
 * @param seed   any 64-bit number
 * @param side   0 for users, 1 for items: two sides of one seed are independent
 * @param first  first row
 * @param last   one past the last row
 * @returns 0
 */
export function initRowsF32(xPtr: usize, rank: i32, seed: i64, side: i32, first: i32, last: i32): i32 {
  const ld = factorStride(rank);
  for (let row = first; row < last; row++) {
    const out = xPtr + ((<usize>row * <usize>ld) << 2);
    memory.fill(out, 0, (<usize>ld) << 2);
    const key = mix(mix(<u64>seed + 0x9e3779b97f4a7c15) ^ (((<u64>side) << 32) | <u64>(<u32>row)));
    let counter: u64 = 0;
    let squares: f64 = 0;
    // the direction is written in float32 only after its length is known: two passes over the same stream
    for (let pass = 0; pass < 2; pass++) {
      const scale: f64 = pass ? 1 / Math.sqrt(squares) : 0;
      counter = 0;
      for (let i = 0; i < rank; i += 2) {
        let u: f64;
        let v: f64;
        let s: f64;
        do {
          u = uniform(key, counter++);
          v = uniform(key, counter++);
          s = u * u + v * v;
        } while (s >= 1 || s == 0);
        const factor = Math.sqrt((-2 * log(s)) / s);
        const a = u * factor;
        const b = i + 1 < rank ? v * factor : 0;
        if (pass) {
          store<f32>(out + ((<usize>i) << 2), <f32>(a * scale));
          if (i + 1 < rank) store<f32>(out + ((<usize>(i + 1)) << 2), <f32>(b * scale));
        } else {
          squares += a * a + b * b;
        }
      }
    }
  }
  return OK;
}

/** The counter's number of a stream, uniform in [-1, 1). */
function uniform(key: u64, counter: u64): f64 {
  return <f64>(mix(key + (counter + 1) * 0x9e3779b97f4a7c15) >> 11) * (2.0 / 9007199254740992.0) - 1;
}
