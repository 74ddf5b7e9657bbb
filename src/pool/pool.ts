import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { ByomlError, OptionError } from "../base/errors.js";
import { checkCall, type KernelCall, Kernels } from "../wasm/kernels.js";
import { allocate, type MemoryPlan, SharedRegions } from "../wasm/plan.js";
import { CANCEL, NEXT } from "./control.js";
import { type KernelRunner, RowError, type RowRange } from "./runner.js";
import type { Task, TaskResult, WorkerSetup } from "./worker.js";

/** The bundled worker, also where this file runs from its sources; src/pool and dist/pool are equally deep. */
const workerFile = fileURLToPath(new URL("../../dist/pool/worker.cjs", import.meta.url));

/** How many workers to use: `threads`, or as many as there are cores. */
export function threadCount(threads: number | undefined): number {
  if (threads === undefined) return availableParallelism();
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw new OptionError("threads", "an integer from 1 to 256", threads);
  return threads;
}

/**
 * Workers with the kernels on one shared memory.
 *
 * After a trap or a lost worker nothing in the memory can be trusted: the run rejects, and the pool can only be closed.
 */
export class KernelPool implements KernelRunner {
  readonly regions: SharedRegions;
  readonly #piscina: Piscina<Task, TaskResult>;
  readonly #threads: number;
  readonly #module: WebAssembly.Module;
  #kernels: Kernels | undefined;

  constructor(module: WebAssembly.Module, plan: MemoryPlan, threads: number) {
    const memory = allocate(plan);
    this.regions = new SharedRegions(plan, memory);
    this.#threads = threads;
    this.#module = module;
    const workerData: WorkerSetup = { module, memory, plan };
    this.#piscina = new Piscina<Task, TaskResult>({
      filename: workerFile,
      minThreads: threads,
      maxThreads: threads,
      workerData,
      recordTiming: false,
    });
    // A worker that dies also rejects its task; without a listener the event would end the process.
    this.#piscina.on("error", () => {});
  }

  /**
   * Runs a kernel over rows, all workers sharing the blocks out. The result does not depend on how many there are.
   *
   * @throws RowError       the smallest row that has no solution
   * @throws signal.reason  when the signal stops the run; the memory's content is then meaningless
   */
  async run(call: KernelCall, range: RowRange, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    checkCall(this.regions.plan, call);
    const control = this.regions.i32("control");
    Atomics.store(control, NEXT, 0);
    const cancel = () => Atomics.store(control, CANCEL, 1);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const blocks = Math.ceil((range.last - range.first) / range.block);
      const tasks = Array.from({ length: Math.min(this.#threads, blocks) }, () =>
        this.#piscina.run({ call, ...range }),
      );
      const results = await Promise.all(tasks);
      signal?.throwIfAborted();
      const failed = results.filter(({ code }) => code !== 0).sort((a, b) => a.row - b.row)[0];
      if (failed) throw new RowError(failed.code, failed.row);
    } catch (error) {
      if (error instanceof RowError || signal?.aborted) throw error;
      throw new ByomlError("internal", `a worker failed in ${call.kernel}: ${(error as Error).message}`, {
        hint: "Nothing was written. Run again; if it fails again, please report it with the output of `byoml doctor`.",
        cause: error,
      });
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Runs a kernel that takes no time worth a message on the calling thread. */
  runHere(call: KernelCall): void {
    checkCall(this.regions.plan, call);
    this.#kernels ??= new Kernels(this.#module, this.regions.memory, this.regions.plan);
    const code = this.#kernels.run(call, 0, 1, 0);
    if (code !== 0) throw new RowError(code, -1);
  }

  /** Ends the workers. The memory stays readable. */
  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
