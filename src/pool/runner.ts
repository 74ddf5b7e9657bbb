import type { KernelCall } from "../wasm/calls.js";
import type { SharedRegions } from "../wasm/plan.js";
import type { RowRange } from "./program.js";

/** A kernel found a row that it cannot solve. */
export class RowError extends Error {
  /** @param step  which step of the program it was */
  constructor(
    readonly code: number,
    readonly row: number,
    readonly step = 0,
  ) {
    super(`kernel code ${code} at row ${row}`);
  }
}

/** Something that runs kernels over rows of one shared memory. */
export interface KernelRunner {
  readonly regions: SharedRegions;
  run(call: KernelCall, range: RowRange, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
