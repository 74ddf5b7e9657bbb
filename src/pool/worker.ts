/*
 * A worker of the pool: instantiates the kernels on the shared memory once, then takes blocks of rows of the running task until none
 * is left. Data never passes through messages.
 */
import { workerData } from "node:worker_threads";
import { type KernelCall, Kernels } from "../wasm/kernels.js";
import { type MemoryPlan, SharedRegions } from "../wasm/plan.js";
import { CANCEL, NEXT, SLOTS } from "./control.js";

/** What every worker is given when it starts. */
export interface WorkerSetup {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  plan: MemoryPlan;
}

/** A kernel over a range of rows, in blocks. All workers get the same task and share its blocks out. */
export interface Task {
  call: KernelCall;
  first: number;
  last: number;
  block: number;
}

/** Code 0, or the kernel's code and the row that it names. */
export interface TaskResult {
  code: number;
  row: number;
}

const { module, memory, plan } = workerData as WorkerSetup;
const kernels = new Kernels(module, memory, plan);
const regions = new SharedRegions(plan, memory);
const control = regions.i32("control");
const slot = Atomics.add(control, SLOTS, 1);

export default function work({ call, first, last, block }: Task): TaskResult {
  while (!Atomics.load(control, CANCEL)) {
    const start = first + Atomics.add(control, NEXT, 1) * block;
    if (start >= last) break;
    const code = kernels.run(call, start, Math.min(start + block, last), slot);
    // Blocks are taken in order, so the smallest failing row is always among the workers' first failures.
    if (code !== 0) return { code, row: failedRow() };
  }
  return { code: 0, row: -1 };
}

function failedRow(): number {
  const { offset, shape } = plan.regions["scratch"];
  return new Int32Array(memory.buffer, offset + slot * shape[1], 1)[0];
}
