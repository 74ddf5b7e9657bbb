/*
 * Ranges of bytes of a file of lines: which lines are whose.
 *
 *   from - 1        to - 1
 *   v               v
 *   … \n a line \n … of the next \n …
 *        ^                          ^
 *        first owned byte           one past the last
 *
 * A range owns the lines that start in it: from after the first line feed at or behind the byte before it, to after the first line
 * feed at or behind its own last byte. So ranges that follow each other own each line once, wherever they were cut; a range within a
 * long line owns none.
 */

/** A range of the bytes of a local file whose lines end with line feeds. */
export interface ByteRange {
  /** Byte offset. */
  readonly from: number;
  /** One past the last byte; Infinity for the end of the file, wherever it is by then. */
  readonly to: number;
  /** Whether a line starts at `from` in any case; else the first one behind a line feed is the range's first. */
  readonly aligned: boolean;
  /**
   * Whether more is expected behind the end: a last line without a line feed is then held back unless it is a whole record, and the
   * report says where to go on.
   */
  readonly growing: boolean;
}

export const wholeFile: ByteRange = { from: 0, to: Number.POSITIVE_INFINITY, aligned: true, growing: false };

/** A shorter range could end within what the first bytes of a text are judged by. */
const leastBytes = 4;

/**
 * Cuts a range into about equal ones.
 *
 * @param range  one that ends with its file
 * @param bytes  how long it is as far as is known
 * @param unit   about how long the ranges are to be
 * @returns ranges that follow each other; one alone, the range itself, where it is not worth it
 */
export function cutRange(range: ByteRange, bytes: number, unit: number): ByteRange[] {
  const count = Math.round(bytes / Math.max(unit, leastBytes));
  if (count < 2) return [range];
  const at = (k: number) => range.from + Math.floor((bytes * k) / count);
  return Array.from({ length: count }, (_, k) => ({
    from: at(k),
    to: k === count - 1 ? range.to : at(k + 1),
    aligned: k === 0 && range.aligned,
    growing: k === count - 1 && range.growing,
  }));
}
