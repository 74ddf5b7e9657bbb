/*
 * Lists of `assembly/lists.ts` as columns: items lie in segments of 1 MiB.
 */

/** Bytes of a segment. */
export const SEGMENT = 2 ** 20;

/** Items of a list, in their segments. */
export interface Items {
  readonly buffer: ArrayBufferLike;
  readonly segments: Uint32Array;
  /** Words of an item. */
  readonly words: number;
  readonly length: number;
}

/** Copies one word of every item. */
export function copyColumn<T extends Int32Array | Uint32Array>(
  items: Items,
  word: number,
  to: T,
  first = 0,
  step = 1,
): T {
  const { buffer, segments, words, length } = items;
  const each = SEGMENT / (4 * words);
  let at = first;
  segments.forEach((address, segment) => {
    const count = Math.min(each, length - segment * each);
    const from = new Int32Array(buffer, address, count * words);
    for (let n = word; n < count * words; n += words, at += step) to[at] = from[n];
  });
  return to;
}

/** Copies one float64 of every item. */
export function copyWeights(
  { buffer, segments, words, length }: Items,
  double: number,
  to: Float64Array,
): Float64Array {
  const each = SEGMENT / (4 * words);
  let at = 0;
  segments.forEach((address, segment) => {
    const count = Math.min(each, length - segment * each);
    const from = new Float64Array(buffer, address, (count * words) / 2);
    for (let n = double; n < from.length; n += words / 2) to[at++] = from[n];
  });
  return to;
}
