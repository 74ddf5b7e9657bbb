import {
  ARRIVED,
  awaitChange,
  FAILED_ROW,
  GENERATION,
  isCancelled,
  NEXT,
  NO_ROW,
  STEP,
  STOPPED,
  signalChange,
} from "./control.js";

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
    signalChange(control, GENERATION);
  } else {
    awaitChange(control, GENERATION, generation);
  }
  // STOPPED and not FAILED_ROW: a worker that is ahead may already have failed in the next step.
  return !isCancelled(control) && Atomics.load(control, STOPPED) === 0;
}
