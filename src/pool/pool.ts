import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { ByomlError } from "../base/errors.js";
import type { KernelCall } from "../wasm/calls.js";
import { checkCall } from "../wasm/check.js";
import { allocate, type MemoryPlan, SharedRegions } from "../wasm/plan.js";
import { cancel, resetControl, STEP } from "./control.js";
import { Feeder } from "./feeder.js";
import { blocksOf, type Loader, type Program, type RowRange } from "./program.js";
import { type KernelRunner, RowError } from "./runner.js";
import type { StepFailure, Task, WorkerSetup } from "./worker.js";

/** The bundled worker, also where this file runs from its sources; src/pool and dist/pool are equally deep. */
const workerFile = fileURLToPath(new URL("../../dist/pool/worker.cjs", import.meta.url));

/**
 * Workers with the kernels on one shared memory.
 *
 * After a trap, a lost worker or a cancelled run nothing in the memory can be trusted: the run rejects, and so does every later one;
 * the pool can only be closed.
 */
export class KernelPool implements KernelRunner {
  readonly regions: SharedRegions;
  readonly #piscina: Piscina<Task, StepFailure | null>;
  readonly #threads: number;
  readonly #control: Int32Array;
  /** Why the memory cannot be trusted any more. */
  #spoilt: { reason: unknown } | undefined;

  constructor(module: WebAssembly.Module, plan: MemoryPlan, threads: number) {
    const memory = allocate(plan);
    this.regions = new SharedRegions(plan, memory);
    this.#control = this.regions.i32("control");
    this.#threads = threads;
    const workerData: WorkerSetup = { module, memory, plan };
    this.#piscina = new Piscina<Task, StepFailure | null>({
      filename: workerFile,
      minThreads: threads,
      maxThreads: threads,
      workerData,
      recordTiming: false,
    });
    // A worker that dies also rejects its task; without a listener the event would end the process.
    this.#piscina.on("error", () => {});
  }

  /** The worker threads, for diagnosis. */
  get workers(): readonly Worker[] {
    return this.#piscina.threads;
  }

  /** Runs a kernel over rows: a program of one step. */
  async run(call: KernelCall, range: RowRange, signal?: AbortSignal): Promise<void> {
    await this.runProgram([{ call, ...range }], { signal });
  }

  /**
   * Runs steps one after the other, all workers sharing the blocks of each out. One message a worker starts it; between steps the
   * workers wait for each other in shared memory. The result does not depend on how many there are.
   *
   * @param load  reads the partitions that steps stream
   * @throws RowError       the smallest row that has no solution, of the first step that has one
   * @throws signal.reason  when the signal stops the run; the memory's content is then meaningless
   * @throws ByomlError     when a worker traps or dies; all others stop at their next block
   * @throws what `load` rejects with
   */
  async runProgram(steps: Program, { signal, load }: { signal?: AbortSignal; load?: Loader } = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#spoilt) throw this.#spoilt.reason;
    const { plan } = this.regions;
    for (const { call, stream } of steps) {
      checkCall(plan, call, stream !== undefined);
      if (stream && !load) throw new TypeError(`${call.kernel}: streams partitions, and there is no loader`);
    }
    const workers = Math.min(this.#threads, Math.max(0, ...steps.map(blocksOf)));
    resetControl(this.#control, "ring" in plan.regions ? this.regions.i32("ring") : undefined);
    const stop = () => cancel(this.#control);
    const stopAndThrow = (error: unknown) => {
      stop();
      throw error;
    };
    signal?.addEventListener("abort", stop, { once: true });
    const feeder = load && new Feeder(this.regions);
    const feeding = Promise.allSettled([feeder?.feed(steps, load!).catch(stopAndThrow)]);
    const tasks = Array.from({ length: workers }, (_, slot) =>
      this.#piscina.run({ steps, slot, workers }).catch(stopAndThrow),
    );
    // All of them: nobody may touch the memory any more when this returns.
    const results = await Promise.allSettled(tasks);
    feeder?.end();
    const [fed] = await feeding;
    signal?.removeEventListener("abort", stop);
    if (signal?.aborted) throw this.#spoil(signal.reason);
    if (fed.status === "rejected") throw this.#spoil(fed.reason);
    const lost = results.find((result) => result.status === "rejected");
    if (lost) throw this.#spoil(this.#lostWorker(steps, lost.reason));
    const failures = results.flatMap((result) => (result.status === "fulfilled" && result.value ? [result.value] : []));
    const first = failures.sort((a, b) => a.row - b.row)[0];
    if (first) throw new RowError(first.code, first.row, first.step);
  }

  /** Ends the workers. The memory stays readable. */
  async close(): Promise<void> {
    await this.#piscina.destroy();
  }

  #lostWorker(steps: Program, cause: Error): ByomlError {
    const { kernel } = steps[Math.min(Atomics.load(this.#control, STEP), steps.length - 1)].call;
    return new ByomlError("internal", `a worker failed in ${kernel}: ${cause.message}`, {
      hint: "Nothing was written. Run again; if it fails again, please report it with the output of `byoml doctor`.",
      cause,
    });
  }

  #spoil(reason: unknown): unknown {
    this.#spoilt = { reason };
    return reason;
  }
}
