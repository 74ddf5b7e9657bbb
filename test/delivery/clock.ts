import type { Clock } from "../../src/delivery/clock.js";

/** Time that passes by waiting alone. */
export class TestClock implements Clock {
  time = 1_700_000_000_000;
  /** Every wait, in milliseconds. */
  readonly waits: number[] = [];

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.waits.push(milliseconds);
    const until = this.time + milliseconds;
    await new Promise(setImmediate);
    signal.throwIfAborted();
    this.time = Math.max(this.time, until);
  }
}
