import type { KernelCall } from "../wasm/calls.js";

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
  /** Where the ratings are that the rows need, when they are not in memory; the call then names the region "places" for them. */
  stream?: Stream;
}

/** Partitions that pass through memory in their order while a step runs. */
export interface Stream {
  /** What the loader knows them by. */
  source: string;
  /** How many places there are in the region "places", and bytes of each. */
  places: number;
  placeBytes: number;
  parts: readonly StreamPart[];
}

/** A partition, as far as a step uses it. */
export interface StreamPart {
  partition: number;
  /** Rows of the step that it holds; their blocks are counted from `first`. */
  first: number;
  last: number;
  /** Where the ratings are in its place, in bytes; `ptrAt` for row 0, so it may be below zero. */
  ptrAt: number;
  idxAt: number;
  valAt: number;
}

/** Reads a partition into its place. Rejects where it cannot; the program then stops with that error. */
export type Loader = (source: string, partition: number, into: Uint8Array) => Promise<void>;

/** Steps one after the other: none begins before all workers are done with the one before. */
export type Program = readonly Step[];

/** Into how many blocks a step falls. Those of a stream never reach over the end of a partition. */
export function blocksOf({ first, last, block, stream }: RowRange & Pick<Step, "stream">): number {
  if (!stream) return Math.ceil((last - first) / block);
  return stream.parts.reduce((sum, part) => sum + partBlocks(part, block), 0);
}

export function partBlocks({ first, last }: StreamPart, block: number): number {
  return Math.ceil((last - first) / block);
}
