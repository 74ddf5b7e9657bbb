import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/delivery/clock.js";

afterEach(() => {
  vi.useRealTimers();
});

describe("the clock of waits", () => {
  it("goes on when that of the machine is set back or forward", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const before = systemClock.now();
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    vi.setSystemTime(Date.now() + 7_200_000);
    expect(systemClock.now()).toBeLessThan(before + 3_600_000);
  });
});
