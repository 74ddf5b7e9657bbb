/*
 * A worker of the pool: instantiates the kernels on the shared memory once, then goes through the steps of programs together with the
 * others. Data never passes through messages.
 */
import { workerData } from "node:worker_threads";
import { Kernels } from "../wasm/kernels.js";
import { type MemoryPlan, SharedRegions } from "../wasm/plan.js";
import { passBarrier } from "./barrier.js";
import { cancel } from "./control.js";
import type { Program } from "./program.js";
import { type Failure, Share } from "./share.js";

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

/** What stopped a program: the smallest row of this worker's that failed, and the step. */
export interface StepFailure extends Failure {
  step: number;
}

const { module, memory, plan } = workerData as WorkerSetup;
const kernels = new Kernels(module, memory, plan);
const regions = new SharedRegions(plan, memory);
const control = regions.i32("control");

export default function work({ steps, slot, workers }: Task): StepFailure | null {
  try {
    const share = new Share(kernels, regions, slot);
    let sequence = 0;
    for (let step = 0; step < steps.length; step++) {
      const failure = share.run(steps[step], sequence);
      if (!passBarrier(control, workers)) return failure && { ...failure, step };
      sequence += steps[step].stream?.parts.length ?? 0;
    }
    return null;
  } catch (trap) {
    // The others must not wait at a barrier for a worker that will not come.
    cancel(control);
    throw trap;
  }
}
