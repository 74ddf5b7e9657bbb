import { blockLayout, type PartitionRows } from "./layout.js";

/** Rows [first, last) that are never in one partition with rows outside of them. */
export type RowSpan = readonly [first: number, last: number];

/**
 * Cuts rows into partitions of about equal bytes. A partition holds whole units of rows, counted from the start of its span, so that
 * sums over units do not depend on the cuts; it is larger than wanted only where one unit is.
 *
 * @param counts  u32[rows], ratings of each row
 * @param spans   disjoint; rows between them count as spans too
 * @param unit    rows of a unit
 * @param bytes   wanted size of a block
 */
export function cutPartitions(
  counts: Uint32Array,
  spans: readonly RowSpan[],
  unit: number,
  bytes: number,
): PartitionRows[] {
  const partitions: PartitionRows[] = [];
  const borders = [...new Set([0, ...spans.flat(), counts.length])].sort((a, b) => a - b);
  for (let n = 1; n < borders.length; n++) {
    const end = borders[n];
    let current = { first: borders[n - 1], rows: 0, pairs: 0 };
    for (let row = current.first; row < end; row += unit) {
      const rows = Math.min(unit, end - row);
      const pairs = sum(counts, row, row + rows);
      if (current.rows > 0 && blockLayout(current.rows + rows, current.pairs + pairs).bytes > bytes) {
        partitions.push(current);
        current = { first: row, rows: 0, pairs: 0 };
      }
      current.rows += rows;
      current.pairs += pairs;
    }
    if (current.rows > 0) partitions.push(current);
  }
  return partitions;
}

/** Bytes of the largest block among partitions. */
export function largestBlock(partitions: readonly PartitionRows[]): number {
  return partitions.reduce((most, { rows, pairs }) => Math.max(most, blockLayout(rows, pairs).bytes), 0);
}

function sum(counts: Uint32Array, first: number, last: number): number {
  let total = 0;
  for (let row = first; row < last; row++) total += counts[row];
  return total;
}
