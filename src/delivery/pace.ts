import type { Clock } from "./clock.js";

/** What is left of two allowances that refill steadily: requests and bytes of a minute. */
interface Bucket {
  readonly perMs: number;
  readonly most: number;
  level: number;
}

/** How much may be saved up: this part of a minute can go at once. */
const burst = 1 / 20;

/**
 * Keeps requests and bytes below so many a minute: two token buckets, whose clock is given. A request that is larger than what can be
 * saved up goes when the bucket is full, and leaves it in debt.
 */
export class Pace {
  readonly #buckets: readonly Bucket[];
  readonly #clock: Clock;
  #last: number;

  constructor(limits: { requestsPerMinute: number; bytesPerMinute: number }, clock: Clock) {
    this.#buckets = [limits.requestsPerMinute, limits.bytesPerMinute].map((perMinute) => {
      const most = Math.max(1, perMinute * burst);
      return { perMs: perMinute / 60_000, most, level: most };
    });
    this.#clock = clock;
    this.#last = clock.now();
  }

  /** Takes one request of so many bytes. @returns how long to wait first, in milliseconds; nothing is taken unless that is 0 */
  take(bytes: number): number {
    const now = this.#clock.now();
    const passed = Math.max(0, now - this.#last);
    this.#last = now;
    for (const bucket of this.#buckets) bucket.level = Math.min(bucket.most, bucket.level + passed * bucket.perMs);
    const wanted = [1, bytes];
    const waits = this.#buckets.map(
      ({ perMs, most, level }, i) => Math.max(0, Math.min(wanted[i], most) - level) / perMs,
    );
    const wait = Math.ceil(Math.max(...waits));
    if (wait === 0) for (const [i, bucket] of this.#buckets.entries()) bucket.level -= wanted[i];
    return wait;
  }
}
