import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pace } from "../../src/delivery/pace.js";
import { TestClock } from "./clock.js";

/** Sends bodies as fast as the pace lets it; gives when each went. */
function paced(pace: Pace, clock: TestClock, bodies: readonly number[]): number[] {
  return bodies.map((bytes) => {
    for (let wait = pace.take(bytes); wait > 0; wait = pace.take(bytes)) clock.time += wait;
    return clock.time;
  });
}

describe("the pace of requests", () => {
  const bodies = fc.array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 300 });

  it("stays below so many requests and bytes in any minute, but for what may be saved up", () =>
    fc.assert(
      fc.property(
        bodies,
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 200_000, max: 2_000_000 }),
        (sizes, requests, bytes) => {
          const clock = new TestClock();
          const times = paced(new Pace({ requestsPerMinute: requests, bytesPerMinute: bytes }, clock), clock, sizes);
          for (const [i, from] of times.entries()) {
            const minute = sizes.slice(i).filter((_, j) => times[i + j]! < from + 60_000);
            expect(minute.length).toBeLessThanOrEqual(requests * 1.05 + 1);
            const sum = minute.reduce((total, size) => total + size, 0);
            expect(sum).toBeLessThanOrEqual(bytes * 1.05 + 100_000);
          }
        },
      ),
    ));

  it("lets the first go at once, and is as fast as it may be in the long run", () => {
    const clock = new TestClock();
    const start = clock.time;
    const times = paced(new Pace({ requestsPerMinute: 600, bytesPerMinute: 1e12 }, clock), clock, Array(1230).fill(1));
    expect(times[0]).toBe(start);
    expect(times.at(-1)! - start).toBeGreaterThanOrEqual(119_000);
    expect(times.at(-1)! - start).toBeLessThanOrEqual(122_000);
  });

  it("lets a body go that is larger than what can be saved up, and makes the next wait for it", () => {
    const clock = new TestClock();
    const start = clock.time;
    const times = paced(new Pace({ requestsPerMinute: 1e6, bytesPerMinute: 60_000 }, clock), clock, [30_000, 1000]);
    expect(times).toEqual([start, start + 28_000]);
  });
});
