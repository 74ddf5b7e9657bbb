import { hostBytes, tooLittle } from "../base/budget.js";
import { OptionError } from "../base/errors.js";
import { heldBytes } from "../base/process.js";

/** Where counted accesses go that outgrow memory, and how much of it a counter may take. */
export interface SpillRoom {
  /** A folder for runs. */
  readonly folder: string;
  /** Bytes of a thread's scan memory: lines, names and counts. */
  readonly counterBytes: number;
}

/** What a worker holds beside its scan memory. */
const WORKER_BYTES = 20e6;
/** A counter that is full is copied out and sorted. */
const COPIES = 3;
/** Lines, and names and counts worth sorting. */
const LEAST_BYTES = 24e6;

/**
 * Divides a budget of the whole process among the threads that count.
 *
 * @param workers    that read, beside the calling thread
 * @param besides    bytes that record ids take, and what is read ahead
 * @throws OptionError  when the budget is too little; it says how much would do
 */
export function roomFor(memoryInBytes: number, workers: number, besides: number, folder: string): SpillRoom {
  if (!(memoryInBytes >= 1)) throw new OptionError("memoryInBytes", "a number of bytes from 1", memoryInBytes);
  // On one thread there are the counter of the part and that of the whole, as there are with one worker.
  const counters = Math.max(workers, 1) + 1;
  const fixed = heldBytes() + hostBytes + besides + workers * WORKER_BYTES;
  const counterBytes = Math.floor((memoryInBytes - fixed) / (counters * COPIES));
  if (counterBytes >= LEAST_BYTES) return { folder, counterBytes };
  const job = `to read with ${counters - 1} ${counters === 2 ? "thread" : "threads"}`;
  const hint = workers > 1 ? "Give it that much, or read with --threads 1." : "Give it that much.";
  throw tooLittle(fixed + counters * COPIES * LEAST_BYTES, memoryInBytes, job, hint);
}
