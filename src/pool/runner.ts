import type { KernelCall } from "../wasm/kernels.js";
import type { SharedRegions } from "../wasm/plan.js";

/** A kernel found a row that it cannot solve. */
export class RowError extends Error {
  constructor(
    readonly code: number,
    readonly row: number,
  ) {
    super(`kernel code ${code} at row ${row}`);
  }
}

/** The rows of a task, and how many of them a worker takes at a time. */
export interface RowRange {
  first: number;
  last: number;
  block: number;
}

/** Something that runs kernels over rows of one shared memory. */
export interface KernelRunner {
  readonly regions: SharedRegions;
  run(call: KernelCall, range: RowRange, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
