import { setTimeout } from "node:timers/promises";
import { ByomlError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import { type CycleResult, runCycle } from "./cycle.js";
import type { Schedule } from "./schedule.js";

/** Trouble that the next cycle may find gone; a right may still be granted. */
const passing = new Set(["remote", "auth"]);

export interface WatchOptions extends RunOptions {
  readonly intervalInMs: number;
  /** Cycles, at most; without an end by default. */
  readonly cycles?: number;
  /** Is told of each cycle. */
  onCycle(result: CycleResult): Promise<void>;
  /** Is told of trouble after which the next cycle tries again; of a cycle that could not deliver everything after `onCycle`. */
  onTrouble(error: ByomlError): Promise<void>;
}

/**
 * Runs cycles at an interval, from the start of one to the start of the next, one at a time: a cycle that takes longer is followed by the
 * next at once. The monotonic clock counts, so one that is set back or forward changes nothing.
 *
 * @throws what `runCycle` throws where trying again does not help, and the signal's reason
 */
export async function watch(
  schedule: Schedule,
  { intervalInMs, cycles = Number.POSITIVE_INFINITY, onCycle, onTrouble, ...run }: WatchOptions,
): Promise<void> {
  for (let cycle = 0; cycle < cycles; cycle++) {
    const started = performance.now();
    let result: CycleResult | undefined;
    try {
      result = await runCycle(schedule, run);
    } catch (error) {
      run.signal?.throwIfAborted();
      if (!(error instanceof ByomlError) || !passing.has(error.kind)) throw error;
      await onTrouble(error);
    }
    run.signal?.throwIfAborted();
    if (result) {
      await onCycle(result);
      const { failure } = result;
      if (failure !== null && !passing.has(failure.kind)) throw failure;
      if (failure !== null) await onTrouble(failure);
      // What an interrupted cycle was about is done; what came meanwhile need not wait.
      if (result.resumed && result.failure === null) continue;
    }
    const wait = intervalInMs - (performance.now() - started);
    if (cycle + 1 < cycles && wait > 0) await setTimeout(wait, undefined, { signal: run.signal });
  }
}
