import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.js";

describe("seeded random numbers", () => {
  it("are these on every machine", () => {
    const random = new Random(42);
    expect(Array.from({ length: 5 }, () => random.integer(1000))).toMatchInlineSnapshot(`
      [
        589,
        89,
        628,
        816,
        940,
      ]
    `);
    expect(random.unit()).toMatchInlineSnapshot(`0.8789325469868967`);
  });

  it("differ between seeds, also beyond 32 bits, and between streams", () => {
    const first = (seed: number, stream?: number) => new Random(seed, stream).unit();
    const values = [first(1), first(2), first(1 + 2 ** 32), first(-1), first(1, 1), first(1, -1)];
    expect(new Set(values).size).toBe(values.length);
  });

  it("draw every number of a range about equally often", () => {
    const random = new Random(3);
    const counts = new Map<number, number>();
    for (let i = 0; i < 6000; i++) {
      const drawn = random.between(1, 6);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    // The deviation of a count is 29; five of them on each side.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });

  it("are uniform between 0 and 1", () => {
    const random = new Random(9);
    const values = Array.from({ length: 10_000 }, () => random.unit());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  it("shuffle without losing or doubling anything", () => {
    const shuffled = new Random(1).shuffle([...Array(100).keys()]);
    expect(shuffled).not.toEqual([...Array(100).keys()]);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });
});
