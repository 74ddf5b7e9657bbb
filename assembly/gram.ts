/*
 * Gram matrices of factor rows, the part of implicit feedback that every row shares.
 *
 * Hu, Koren, Volinsky (2008), eq. 4: the normal equations split into Y'Y, the same for all rows, plus a sum over the row's own
 * ratings. Workers compute partial matrices of fixed blocks of rows; one pass adds them up in the order of the blocks.
 */
import { accumulate } from "./accumulate";
import { factorStride, GRAM_BLOCK, normalAt, normalStride, OK } from "./layout";

/** Rows that are summed in float32 before they are added in float64. */
const FLUSH: i32 = 128;

/**
 * Partial Gram matrices of whole blocks: P_b = sum over the rows r of block b of x_r x_r', float64.
 *
 * Block b holds the rows origin + b * GRAM_BLOCK up to the next block or `end`. Sums of 128 rows are float32, their sum float64.
 *
 * @param xPtr        f32[rows, ld], 16-byte aligned, in
 * @param origin      first row of block 0
 * @param end         one past the last row
 * @param rank        k
 * @param partialPtr  f64[blocks, ld, ld], 16-byte aligned, out: block b is written whole
 * @param scratchPtr  scratch of this worker
 * @param first       first block
 * @param last        one past the last block
 * @returns 0
 *
 * Cost: ld^2 / 2 multiply-adds and ld floats read a row. Writes only its blocks of `partial`. The same bits for any split.
 */
export function gramBlocksF32(
  xPtr: usize,
  origin: i32,
  end: i32,
  rank: i32,
  partialPtr: usize,
  scratchPtr: usize,
  first: i32,
  last: i32,
): i32 {
  const ld = factorStride(rank);
  const elements = ld * ld;
  const sumPtr = scratchPtr + normalAt(rank);
  for (let block = first; block < last; block++) {
    const out = partialPtr + ((<usize>elements) << 3) * <usize>block;
    memory.fill(out, 0, (<usize>elements) << 3);
    const blockEnd = min(origin + (block + 1) * GRAM_BLOCK, end);
    for (let row = origin + block * GRAM_BLOCK; row < blockEnd; row += FLUSH) {
      const rows = xPtr + ((<usize>row * <usize>ld) << 2);
      accumulate(rows, rows, min(FLUSH, blockEnd - row), ld, ld, ld, sumPtr, false);
      for (let e: usize = 0; e < <usize>elements; e += 2) {
        const at = out + (e << 3);
        v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v128.load64_zero(sumPtr + (e << 2)))));
      }
    }
  }
  return OK;
}

/**
 * Adds partial Gram matrices up, in the order of the blocks: rows [first, last) of G = sum of P_b, rounded to float32 once.
 *
 * @param partialPtr  f64[blocks, ld, ld], in
 * @param blocks      how many
 * @param rank        k
 * @param gramPtr     f32[ld, lda], 16-byte aligned, out: upper triangle, column k and padding zero
 * @param first       first row of G
 * @param last        one past the last row, at most ld
 * @returns 0
 *
 * Writes only its rows of G. The same bits for any split.
 */
export function sumGramF32(partialPtr: usize, blocks: i32, rank: i32, gramPtr: usize, first: i32, last: i32): i32 {
  const ld = factorStride(rank);
  const lda = normalStride(rank);
  const blockBytes = (<usize>(ld * ld)) << 3;
  memory.fill(gramPtr + ((<usize>(first * lda)) << 2), 0, (<usize>((last - first) * lda)) << 2);
  for (let i = first; i < min(last, rank); i++) {
    for (let j = i; j < rank; j++) {
      let sum: f64 = 0;
      let at = partialPtr + ((<usize>(i * ld + j)) << 3);
      for (let block = 0; block < blocks; block++, at += blockBytes) sum += load<f64>(at);
      store<f32>(gramPtr + ((<usize>(i * lda + j)) << 2), <f32>sum);
    }
  }
  return OK;
}
