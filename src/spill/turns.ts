import { setImmediate as turn } from "node:timers/promises";
import type { RunOptions } from "../base/progress.js";

/** Steps between two turns of the event loop: some milliseconds. */
const STEPS = 1 << 16;

/**
 * Does long work a bit at a time, so that an interrupt is heard.
 *
 * @param step  does at most so many steps; whether there are more
 * @param done  how far it is, for the progress
 */
export async function inTurns(
  step: (steps: number) => boolean,
  { signal, onProgress }: RunOptions,
  progress: { stage: string; total: number; unit: string; done: () => number },
): Promise<void> {
  const { done, ...rest } = progress;
  for (let more = true; more; ) {
    signal?.throwIfAborted();
    more = step(STEPS);
    onProgress?.({ ...rest, done: done() });
    await turn();
  }
  signal?.throwIfAborted();
}

/** Closes what is open, whatever happens. */
export async function closing<T>(files: { close(): void }[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const file of files) file.close();
  }
}
