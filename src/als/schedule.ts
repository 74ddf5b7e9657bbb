/** Blocks that have more ratings than this many times the mean are taken first. */
const HEAVY = 2;

/**
 * In which order blocks of rows are taken: heavy ones first, the heaviest at the front, so that no worker is left with one at the end
 * while the others wait; all others as they stand in memory.
 *
 * @param ptr    u32, the ratings of row r are positions ptr[r] to ptr[r + 1]
 * @param first  first row
 * @param last   one past the last row
 * @param block  rows of a block
 * @param order  u32[blocks] or more, filled with the blocks' numbers
 */
export function heavyFirst(ptr: Uint32Array, first: number, last: number, block: number, order: Uint32Array): void {
  const blocks = Math.ceil((last - first) / block);
  const ratings = (n: number) => ptr[Math.min(first + (n + 1) * block, last)] - ptr[first + n * block];
  const limit = (HEAVY * (ptr[last] - ptr[first])) / blocks;
  const numbers = Array.from({ length: blocks }, (_, n) => n);
  const heavy = numbers.filter((n) => ratings(n) > limit).sort((a, b) => ratings(b) - ratings(a) || a - b);
  order.set(heavy);
  let at = heavy.length;
  for (const n of numbers) if (ratings(n) <= limit) order[at++] = n;
}
