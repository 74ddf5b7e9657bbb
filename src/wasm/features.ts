/** What this JavaScript engine can run, found by validating tiny modules: nothing is compiled or executed. */
export interface Features {
  /** 128-bit SIMD: needed. */
  simd: boolean;
  /** Relaxed SIMD: fused multiply-adds where the machine has them; used when present. */
  relaxedSimd: boolean;
  /** Shared memory and atomics: needed. */
  threads: boolean;
}

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** () -> v128: i8x16.popcnt(i8x16.splat(0)), an instruction of the final SIMD proposal. */
const simd = [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/** () -> v128: i8x16.relaxed_swizzle(i8x16.splat(1), i8x16.splat(2)). */
const relaxedSimd = [
  1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
];

/** A shared memory, and () -> (): drop(i32.atomic.load(0)). */
const threads = [1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11];

export function features(): Features {
  return { simd: validates(simd), relaxedSimd: validates(relaxedSimd), threads: validates(threads) };
}

function validates(sections: readonly number[]): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array([...header, ...sections]));
}
