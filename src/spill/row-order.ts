const DIGITS = 1 << 16;

/**
 * The order of rows by several columns of signed numbers, stable: a radix sort by sixteen bits at a time, which leaves out digits that
 * are the same everywhere.
 *
 * @param columns  how many there are, the first counts most
 * @param fill     writes a column into the array that it is given
 * @returns i32[length], numbers of rows, ascending
 *
 * Cost: 12 bytes a row.
 */
export function rowOrder(
  length: number,
  columns: number,
  fill: (column: number, into: Int32Array) => void,
): Int32Array {
  const keys = new Int32Array(length);
  const starts = new Int32Array(DIGITS);
  let order = new Int32Array(length);
  let other = new Int32Array(length);
  for (let n = 0; n < length; n++) order[n] = n;
  for (let column = columns - 1; column >= 0; column--) {
    fill(column, keys);
    for (const shift of [0, 16]) {
      // The sign's bit the other way round: negative numbers come first.
      const flip = shift === 16 ? 0x8000 : 0;
      starts.fill(0);
      for (let n = 0; n < length; n++) starts[((keys[n] >>> shift) & 0xffff) ^ flip]++;
      if (length === 0 || starts[((keys[0] >>> shift) & 0xffff) ^ flip] === length) continue;
      for (let digit = 0, start = 0; digit < DIGITS; digit++) {
        const count = starts[digit];
        starts[digit] = start;
        start += count;
      }
      for (let n = 0; n < length; n++) {
        const row = order[n];
        other[starts[((keys[row] >>> shift) & 0xffff) ^ flip]++] = row;
      }
      [order, other] = [other, order];
    }
  }
  return order;
}
