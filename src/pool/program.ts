import type { KernelCall } from "../wasm/kernels.js";

/** The rows of a step, and how many of them a worker takes at a time. */
export interface RowRange {
  first: number;
  last: number;
  block: number;
}

/** A kernel over a range of rows, whose blocks all workers share out. */
export interface Step extends RowRange {
  call: KernelCall;
  /** A region u32[blocks] with the numbers of the blocks in the order in which they are taken; ascending by default. */
  order?: string;
}

/** Steps one after the other: none begins before all workers are done with the one before. */
export type Program = readonly Step[];

/** Into how many blocks a range falls. */
export function blocksOf({ first, last, block }: RowRange): number {
  return Math.ceil((last - first) / block);
}
