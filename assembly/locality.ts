/*
 * Rows in an order in which neighbours are solved from the same rows of the other side, so that these stay in the cache, and in which
 * those lie together, so that few pages of memory are in use at a time.
 *
 * Rows whose factors point the same way have much in common: they are grouped by the two columns in which they are largest.
 */
import { factorStride, normalStride, OK, sourcesAt } from "./layout";

/**
 * A key for each of rows [first, last): the two columns in which a row is largest against all rows, and their signs.
 *
 * @param xPtr     f32[rows, ld], in
 * @param gramPtr  f32[ld, lda], in: X'X; its diagonal is what columns are measured by
 * @param rank     k
 * @param keysPtr  u32[rows], out: below (2 k)^2; (2 a + sign) 2 k + 2 b + sign for the largest column a and the next one, b
 * @param first    first row
 * @param last     one past the last row
 * @returns 0
 *
 * Writes only keys[first, last).
 */
export function localityKeysF32(xPtr: usize, gramPtr: usize, rank: i32, keysPtr: usize, first: i32, last: i32): i32 {
  const rowBytes = (<usize>factorStride(rank)) << 2;
  const diagonal = (<usize>(normalStride(rank) + 1)) << 2;
  for (let row = first; row < last; row++) {
    const x = xPtr + <usize>row * rowBytes;
    let best: f32 = -1;
    let next: f32 = -1;
    let a = 0;
    let b = 0;
    let g = gramPtr;
    for (let j = 0; j < rank; j++, g += diagonal) {
      const value = load<f32>(x + ((<usize>j) << 2));
      const share = (value * value) / max<f32>(load<f32>(g), f32.MIN_NORMAL_VALUE);
      const column = 2 * j + i32(value > 0);
      if (share > best) {
        next = best;
        b = a;
        best = share;
        a = column;
      } else if (share > next) {
        next = share;
        b = column;
      }
    }
    store<i32>(keysPtr + ((<usize>row) << 2), a * 2 * rank + b);
  }
  return OK;
}

/**
 * Brings words of rows together in a new order: row p's words come from position start[p] on, to position ptr[p].
 *
 * @param fromPtr   u32[], in
 * @param startPtr  u32[rows], in
 * @param ptrPtr    u32[rows + 1], in: row p has ptr[p + 1] - ptr[p] words
 * @param toPtr     u32[], out; not the same as `from`
 * @param first     first row
 * @param last      one past the last row
 * @returns 0
 */
export function gatherWordsU32(
  fromPtr: usize,
  startPtr: usize,
  ptrPtr: usize,
  toPtr: usize,
  first: i32,
  last: i32,
): i32 {
  for (let row = first; row < last; row++) {
    const begin = load<u32>(ptrPtr + ((<usize>row) << 2));
    const end = load<u32>(ptrPtr + ((<usize>row) << 2), 4);
    const from = fromPtr + ((<usize>load<u32>(startPtr + ((<usize>row) << 2))) << 2);
    memory.copy(toPtr + ((<usize>begin) << 2), from, (<usize>(end - begin)) << 2);
  }
  return OK;
}

/** Copies the words of rows [first, last), positions ptr[first] to ptr[last]; the parameters are those of `gatherWordsU32`. */
export function copyWordsU32(fromPtr: usize, ptrPtr: usize, toPtr: usize, first: i32, last: i32): i32 {
  const begin = (<usize>load<u32>(ptrPtr + ((<usize>first) << 2))) << 2;
  const end = (<usize>load<u32>(ptrPtr + ((<usize>last) << 2))) << 2;
  memory.copy(toPtr + begin, fromPtr + begin, end - begin);
  return OK;
}

/**
 * Brings the rows of a factor matrix into a new order, in place, along the cycles of the permutation: x[p] <- x[order[p]].
 *
 * @param xPtr        f32[rows, ld], in/out
 * @param rank        k
 * @param orderPtr    i32[rows], in/out: a permutation of the rows [first, last); overwritten
 * @param scratchPtr  `scratchBytes(rank)` bytes of this worker alone
 * @param first       first row of the permutation
 * @param last        one past its last row
 * @returns 0
 *
 * For one worker: a cycle may lead anywhere between first and last.
 */
export function permuteRowsF32(xPtr: usize, rank: i32, orderPtr: usize, scratchPtr: usize, first: i32, last: i32): i32 {
  const bytes = (<usize>factorStride(rank)) << 2;
  const kept = scratchPtr + sourcesAt();
  for (let begin = first; begin < last; begin++) {
    let from = load<i32>(orderPtr + ((<usize>begin) << 2));
    if (from < 0) continue;
    memory.copy(kept, xPtr + <usize>begin * bytes, bytes);
    let to = begin;
    while (from != begin) {
      memory.copy(xPtr + <usize>to * bytes, xPtr + <usize>from * bytes, bytes);
      store<i32>(orderPtr + ((<usize>to) << 2), -1);
      to = from;
      from = load<i32>(orderPtr + ((<usize>to) << 2));
    }
    memory.copy(xPtr + <usize>to * bytes, kept, bytes);
    store<i32>(orderPtr + ((<usize>to) << 2), -1);
  }
  return OK;
}

/**
 * Renames what ratings refer to: idx <- places[idx] for the ratings of rows [first, last), positions ptr[first] to ptr[last].
 *
 * @param idxPtr     i32[ratings], in/out
 * @param placesPtr  i32[sources], in
 * @param ptrPtr     u32[rows + 1], in
 */
export function renameSourcesU32(idxPtr: usize, placesPtr: usize, ptrPtr: usize, first: i32, last: i32): i32 {
  const end = idxPtr + ((<usize>load<u32>(ptrPtr + ((<usize>last) << 2))) << 2);
  let at = idxPtr + ((<usize>load<u32>(ptrPtr + ((<usize>first) << 2))) << 2);
  for (; at < end; at += 4) store<u32>(at, load<u32>(placesPtr + ((<usize>load<u32>(at)) << 2)));
  return OK;
}
