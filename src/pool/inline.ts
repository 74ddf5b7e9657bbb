import type { KernelCall } from "../wasm/calls.js";
import { checkCall } from "../wasm/check.js";
import { Kernels } from "../wasm/kernels.js";
import { allocate, type MemoryPlan, SharedRegions } from "../wasm/plan.js";
import type { RowRange } from "./program.js";
import { type KernelRunner, RowError } from "./runner.js";

/** The kernels on the calling thread: for work of a few milliseconds, for which starting workers would cost more. */
export class InlinePool implements KernelRunner {
  readonly regions: SharedRegions;
  readonly #kernels: Kernels;

  constructor(module: WebAssembly.Module, plan: MemoryPlan) {
    const memory = allocate(plan);
    this.regions = new SharedRegions(plan, memory);
    this.#kernels = new Kernels(module, memory, plan);
  }

  async run(call: KernelCall, { first, last }: RowRange, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    checkCall(this.regions.plan, call);
    const code = this.#kernels.run(call, first, last, 0);
    if (code !== 0) throw new RowError(code, this.#kernels.failedRow(0));
  }

  async close(): Promise<void> {}
}
