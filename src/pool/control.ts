/*
 * The control block: the words in shared memory by which the host and its workers talk while kernels run.
 */

/** Number of 32-bit words in the region "control". */
export const CONTROL_WORDS = 16;

/** The next block of the running step that nobody has taken. */
export const NEXT = 0;
/** Set to 1 to stop for good: checked before every block and at every barrier. */
export const CANCEL = 1;
/** How many workers have come to the barrier at the end of the running step. */
export const ARRIVED = 2;
/** Changes when a barrier opens and when the run is cancelled: what workers at a barrier wait on. */
export const GENERATION = 3;
/** Steps of the running program that are done. */
export const STEP = 4;
/** The smallest row of the running step that a kernel could not solve, or NO_ROW. */
export const FAILED_ROW = 5;
/** Set to 1 by the last worker at a barrier when the step before it has failed. */
export const STOPPED = 6;

/** Above every row. */
export const NO_ROW = 0x7fffffff;

/** Regions that every pool needs, to be spread into the specs of a plan. */
export function poolRegions(threads: number, scratchBytes: number) {
  return { control: ["i32", CONTROL_WORDS], scratch: ["u8", threads, scratchBytes] } as const;
}

/** Makes the words ready for a program. No worker may be running. */
export function resetControl(control: Int32Array): void {
  for (const word of [NEXT, ARRIVED, STEP, STOPPED]) Atomics.store(control, word, 0);
  Atomics.store(control, FAILED_ROW, NO_ROW);
}

/** Stops every worker at its next block, and those that wait at a barrier at once. */
export function cancel(control: Int32Array): void {
  Atomics.store(control, CANCEL, 1);
  Atomics.add(control, GENERATION, 1);
  Atomics.notify(control, GENERATION);
}

export function isCancelled(control: Int32Array): boolean {
  return Atomics.load(control, CANCEL) !== 0;
}
