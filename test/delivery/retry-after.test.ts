import { describe, expect, it } from "vitest";
import { retryAfterOf } from "../../src/delivery/retry-after.js";

const now = Date.parse("2024-05-14T03:00:00Z");

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    ["7", 7000],
    [" 120 ", 120_000],
    ["1.5", 1500],
    ["Tue, 14 May 2024 03:00:30 GMT", 30_000],
    ["Tue, 14 May 2024 02:00:00 GMT", 0],
  ])("of %j is a time to wait", (header, wait) => {
    expect(retryAfterOf(header, now)).toBe(wait);
  });

  it.each([undefined, null, "", "soon", "-5", "1e3", "2024-05-14", "Tue, 99 Foo 2024 99:00:30 GMT"])(
    "of %j says nothing",
    (header) => {
      expect(retryAfterOf(header, now)).toBeNull();
    },
  );
});
