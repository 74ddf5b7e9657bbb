/*
 * A worker of the pool: instantiates the kernels on the shared memory once, then goes through the steps of programs together with the
 * others, taking blocks of rows until none is left. Data never passes through messages.
 */
import { workerData } from "node:worker_threads";
import { Kernels } from "../wasm/kernels.js";
import { type MemoryPlan, SharedRegions } from "../wasm/plan.js";
import { passBarrier } from "./barrier.js";
import { cancel, FAILED_ROW, isCancelled, NEXT } from "./control.js";
import { blocksOf, type Program, type Step } from "./program.js";

/** What every worker is given when it starts. */
export interface WorkerSetup {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  plan: MemoryPlan;
}

/** A worker's part in a program. All workers get the same steps, each a slot of its own. */
export interface Task {
  steps: Program;
  /** Which part of the region "scratch" is this worker's, from 0 to `workers` - 1. */
  slot: number;
  workers: number;
}

/** What stopped a program: the kernel's code, the smallest row of this worker's that it names, and the step. */
export interface StepFailure {
  code: number;
  row: number;
  step: number;
}

const { module, memory, plan } = workerData as WorkerSetup;
const kernels = new Kernels(module, memory, plan);
const regions = new SharedRegions(plan, memory);
const control = regions.i32("control");

export default function work({ steps, slot, workers }: Task): StepFailure | null {
  try {
    for (let step = 0; step < steps.length; step++) {
      const failure = shareStep(steps[step], slot);
      if (!passBarrier(control, workers)) return failure && { ...failure, step };
    }
    return null;
  } catch (trap) {
    // The others must not wait at a barrier for a worker that will not come.
    cancel(control);
    throw trap;
  }
}

/** Takes blocks of a step until there are none. After a failure only blocks before the failed row matter. */
function shareStep(step: Step, slot: number): { code: number; row: number } | null {
  const order = step.order === undefined ? undefined : regions.u32(step.order);
  const blocks = blocksOf(step);
  let failure: { code: number; row: number } | null = null;
  while (!isCancelled(control)) {
    const turn = Atomics.add(control, NEXT, 1);
    if (turn >= blocks) break;
    const start = step.first + (order ? order[turn] : turn) * step.block;
    if (start > Atomics.load(control, FAILED_ROW)) continue;
    const code = kernels.run(step.call, start, Math.min(start + step.block, step.last), slot);
    if (code === 0) continue;
    const row = kernels.failedRow(slot);
    if (!failure || row < failure.row) failure = { code, row };
    lower(FAILED_ROW, row);
  }
  return failure;
}

/** Sets a word to a value if that is less. */
function lower(word: number, value: number): void {
  let seen = Atomics.load(control, word);
  while (value < seen) {
    const found = Atomics.compareExchange(control, word, seen, value);
    if (found === seen) return;
    seen = found;
  }
}
