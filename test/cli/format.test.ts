import { expect, it } from "vitest";
import { count, counted, duration, score, size } from "../../src/cli/format.js";

it.each([
  [count(0), "0"],
  [count(999), "999"],
  [count(1000), "1,000"],
  [count(1_234_567.4), "1,234,567"],
  [count(-12_345), "-12,345"],
  [counted(1, "user"), "1 user"],
  [counted(2, "access", "accesses"), "2 accesses"],
  [size(0), "0 B"],
  [size(999), "999 B"],
  [size(1000), "1.0 kB"],
  [size(999_499_999), "999 MB"],
  [size(999_500_000), "1.0 GB"],
  [duration(1234), "1.2 s"],
  [duration(59_600), "1 min 0 s"],
  [duration(75_000), "1 min 15 s"],
  [duration(3_600_000 * 2 + 60_000), "2 h 1 min"],
  [score(1.005), "1.00"],
  [score(Number.POSITIVE_INFINITY), "∞"],
  [score(Number.NaN), "unknown"],
  [score(null), "unknown"],
])("%s is written as %s", (shown, expected) => {
  expect(shown).toBe(expected);
});
