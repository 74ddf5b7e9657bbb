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
  /** Is told of each cycle that was begun and did not fail over what it reads, learns or keeps. */
  onCycle(result: CycleResult): Promise<void>;
  /** Is told of trouble after which the next cycle tries again, also with a delivery. */
  onTrouble(error: ByomlError): Promise<void>;
}

/** A timer of Node that is longer ends at once. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs cycles at an interval, from the start of one to the start of the next, one at a time: a cycle that takes longer is followed by the
 * next at once. The monotonic clock counts, so one that is set back or forward changes nothing.
 *
 * @throws what `runCycle` throws where trying again does not help, or the trouble of the last cycle, and the signal's reason
 */
export async function watch(
  schedule: Schedule,
  { intervalInMs, cycles = Number.POSITIVE_INFINITY, onCycle, onTrouble, ...run }: WatchOptions,
): Promise<void> {
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const started = performance.now();
    const { result, trouble } = await attempt(schedule, run);
    run.signal?.throwIfAborted();
    if (result !== null) await onCycle(result);
    if (trouble !== null) {
      if (cycle === cycles || !passing.has(trouble.kind)) throw trouble;
      await onTrouble(trouble);
    } else if (result?.resumed) continue; // what an older cycle was about is done; what came meanwhile need not wait
    if (cycle < cycles) await pause(started + intervalInMs, run.signal);
  }
}

/** A cycle, and what kept it from its end. */
async function attempt(
  schedule: Schedule,
  run: RunOptions,
): Promise<{ result: CycleResult | null; trouble: ByomlError | null }> {
  try {
    const result = await runCycle(schedule, run);
    return { result, trouble: result.failure };
  } catch (error) {
    run.signal?.throwIfAborted();
    if (error instanceof ByomlError) return { result: null, trouble: error };
    throw error;
  }
}

/** Waits until a time of the monotonic clock. */
async function pause(until: number, signal: AbortSignal | undefined): Promise<void> {
  for (let left = until - performance.now(); left > 0; left = until - performance.now())
    await setTimeout(Math.min(left, longestTimer), undefined, { signal });
}
