import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Flow } from "../../src/report/data.js";
import { topFlows } from "../../src/report/flows.js";
import { bytes, days, number, score } from "../../src/report/format.js";
import { histogramOf } from "../../src/report/histogram.js";

describe("a histogram", () => {
  it("has round, contiguous bins that hold every finite score once", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.double(),
            fc.double({ min: -9, max: 30 }),
            fc.integer({ min: -50, max: 50 }).map((n) => n / 10),
          ),
          {
            maxLength: 200,
          },
        ),
        fc.integer({ min: 1, max: 60 }),
        (scores, bins) => {
          const histogram = histogramOf(scores, bins);
          const finite = scores.filter(Number.isFinite);
          expect(histogram.reduce((sum, bin) => sum + bin.count, 0)).toBe(finite.length);
          expect(histogram.length).toBeLessThanOrEqual(bins + 2);
          for (const [i, bin] of histogram.entries()) {
            expect(bin.from).toBeLessThan(bin.to);
            if (finite.every((score) => Math.abs(score) < 1e15))
              expect(bin.count).toBe(finite.filter((score) => score >= bin.from && score < bin.to).length);
            if (i > 0) expect(bin.from).toBe(histogram[i - 1]!.to);
          }
          if (finite.length > 0) {
            expect(histogram[0]!.count).toBeGreaterThan(0);
            expect(histogram.at(-1)!.count).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  it("puts a score on an edge into the bin above it", () => {
    expect(histogramOf([0, 0.1, 0.2, 0.3, 1], 10).map((bin) => [bin.from, bin.to, bin.count])).toEqual([
      [0, 0.1, 1],
      [0.1, 0.2, 1],
      [0.2, 0.3, 1],
      [0.3, 0.4, 1],
      [0.4, 0.5, 0],
      [0.5, 0.6, 0],
      [0.6, 0.7, 0],
      [0.7, 0.8, 0],
      [0.8, 0.9, 0],
      [0.9, 1, 0],
      [1, 1.1, 1],
    ]);
  });

  it("of nothing, of no finite score and of one value is no surprise", () => {
    expect(histogramOf([])).toEqual([]);
    expect(histogramOf([Number.NaN, Number.POSITIVE_INFINITY])).toEqual([]);
    const [only, ...others] = histogramOf(new Float64Array([2.5, 2.5]));
    expect(others).toEqual([]);
    expect(only!.count).toBe(2);
    expect(only!.from).toBeLessThanOrEqual(2.5);
    expect(only!.to).toBeGreaterThan(2.5);
  });
});

describe("the flows of a diagram", () => {
  const flow = (user: string, res: string, count: number, unusual = false): Flow => ({
    user,
    res,
    count,
    unusual,
    score: null,
  });

  it("keep users with unusual accesses before busy ones", () => {
    const flows = [flow("busy", "a", 900), flow("quiet", "a", 2), flow("odd", "b", 1, true)];
    expect(topFlows(flows, 2, 9).map(({ user }) => user)).toEqual(["odd", "busy"]);
    expect(topFlows(flows, 9, 1)).toEqual([flows[2]]);
  });

  it("never exceed the limits, invent nothing, and do not depend on names being ordinary", () => {
    const name = fc.constantFrom("__proto__", "constructor", "", "a", "b", "c", "d");
    const any = fc.record({ user: name, res: name, count: fc.nat(), unusual: fc.boolean(), score: fc.constant(null) });
    fc.assert(
      fc.property(
        fc.array(any),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (flows, users, resources) => {
          const chosen = topFlows(flows, users, resources);
          expect(new Set(chosen.map(({ user }) => user)).size).toBeLessThanOrEqual(users);
          expect(new Set(chosen.map(({ res }) => res)).size).toBeLessThanOrEqual(resources);
          for (const one of chosen) expect(flows).toContain(one);
          expect(chosen.length > 0).toBe(flows.length > 0);
        },
      ),
    );
  });
});

describe("numbers and dates", () => {
  it("are written for a person", () => {
    expect([0, 999, 1_234_567, 2.345].map(number)).toEqual(["0", "999", "1,234,567", "2.35"]);
    expect([0, 1, 999, 1000, 1_500_000, 999_950, 999_600_000, 2.5e14].map(bytes)).toEqual([
      "0 bytes",
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "1.5 MB",
      "1.0 MB",
      "1.0 GB",
      "250 TB",
    ]);
    expect([1.5, -0.126, 12_345, 3e20].map(score)).toEqual(["1.50", "-0.13", "12,345", "3.0e+20"]);
    expect(days("2026-01-01", "2026-01-01")).toBe("2026-01-01");
    expect(days(null, "2026-01-02")).toBe("2026-01-02");
    expect(days("2026-01-01", "2026-01-02")).toBe("2026-01-01 to 2026-01-02");
    expect(days(null, null)).toBeNull();
  });
});
