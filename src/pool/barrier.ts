import { ARRIVED, FAILED_ROW, GENERATION, isCancelled, NEXT, NO_ROW, STEP, STOPPED } from "./control.js";

/** Loads before a worker goes to sleep: some tens of microseconds, the usual difference between workers at the end of a step. */
const SPINS = 5_000;
/** Milliseconds between two looks at the words, should a wake-up ever be lost. */
const LOOK_AGAIN = 1_000;

/**
 * Waits until all workers have come to the end of a step. The last to come makes the words ready for the next one.
 *
 * @param workers  how many there are
 * @returns whether to go on: false when the run is cancelled or a row of the step has failed, for all workers alike
 */
export function passBarrier(control: Int32Array, workers: number): boolean {
  const generation = Atomics.load(control, GENERATION);
  if (isCancelled(control)) return false;
  if (Atomics.add(control, ARRIVED, 1) + 1 === workers) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.store(control, NEXT, 0);
    if (Atomics.load(control, FAILED_ROW) === NO_ROW) Atomics.add(control, STEP, 1);
    else Atomics.store(control, STOPPED, 1);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
  } else {
    awaitChange(control, GENERATION, generation);
  }
  // STOPPED and not FAILED_ROW: a worker that is ahead may already have failed in the next step.
  return !isCancelled(control) && Atomics.load(control, STOPPED) === 0;
}

/** Returns once a word has another value than `seen`. */
function awaitChange(control: Int32Array, word: number, seen: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, word) !== seen) return;
  while (Atomics.load(control, word) === seen) Atomics.wait(control, word, seen, LOOK_AGAIN);
}
