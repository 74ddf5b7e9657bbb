import { setTimeout } from "node:timers/promises";

/** Time as waiting sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since whenever; it goes on steadily, also where the machine's clock is set. */
  now(): number;
  /** @throws the signal's reason, once it is aborted */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await setTimeout(milliseconds, undefined, { signal });
  },
};
