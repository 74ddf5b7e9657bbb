/*
 * The control block: the words in shared memory by which the host and its workers talk while kernels run.
 */

/** Loads before a worker goes to sleep: some tens of microseconds, the usual difference between workers at the end of a step. */
const SPINS = 5_000;
/** Milliseconds between two looks at a word, should a wake-up ever be lost. */
const LOOK_AGAIN = 1_000;

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

/** Changes when a partition is ready and when the run is cancelled: what workers wait on that need the next partition. */
export const SUPPLIED = 7;
/** Changes when a place for a partition is free and when the run is cancelled or over: what the host waits on. */
export const FREED = 8;

/** Above every row. */
export const NO_ROW = 0x7fffffff;

/** Regions that every pool needs, to be spread into the specs of a plan. */
export function poolRegions(threads: number, scratchBytes: number) {
  return { control: ["i32", CONTROL_WORDS], scratch: ["u8", threads, scratchBytes] } as const;
}

/** Places for partitions that a memory has at most. */
export const MOST_PLACES = 16;

/**
 * Regions of a pool whose steps stream partitions: the places, one after the other, and two words for each place n. Word n is which
 * partition is there, counted from 1 over the whole program, or 0; word MOST_PLACES + n is how many of its blocks are not done.
 */
export function streamRegions(bytes: number) {
  return { ring: ["i32", 2 * MOST_PLACES], places: ["u8", bytes] } as const;
}

/** Makes the words ready for a program. No worker may be running. */
export function resetControl(control: Int32Array, ring?: Int32Array): void {
  ring?.fill(0);
  for (const word of [NEXT, ARRIVED, STEP, STOPPED]) Atomics.store(control, word, 0);
  Atomics.store(control, FAILED_ROW, NO_ROW);
}

/** Stops every worker at its next block, and those that wait at once. */
export function cancel(control: Int32Array): void {
  Atomics.store(control, CANCEL, 1);
  for (const word of [GENERATION, SUPPLIED, FREED]) signalChange(control, word);
}

/** Changes a word and wakes all that wait on it. */
export function signalChange(control: Int32Array, word: number): void {
  Atomics.add(control, word, 1);
  Atomics.notify(control, word);
}

/** Returns once a word has another value than `seen`. For workers: it blocks. */
export function awaitChange(control: Int32Array, word: number, seen: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, word) !== seen) return;
  while (Atomics.load(control, word) === seen) Atomics.wait(control, word, seen, LOOK_AGAIN);
}

export function isCancelled(control: Int32Array): boolean {
  return Atomics.load(control, CANCEL) !== 0;
}
