import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choose } from "../../src/sinks/choose.js";
import { pairsOf, tableOf } from "../cli/miniature.js";

const infinity = Number.POSITIVE_INFINITY;
const unknown = Number.NaN;

function chosen(scores: number[], choice: Parameters<typeof choose>[2]): number[] {
  const table = tableOf(scores.map((_, i) => ({ user: `u${(i * 7) % 10}`, res: `r${i}` })));
  return [...choose(table, pairsOf(table, scores), choice)];
}

describe("choose", () => {
  it("takes every pair in its place when nothing is asked", () => {
    expect(chosen([1, unknown, infinity, -1], {})).toEqual([0, 1, 2, 3]);
  });

  it("takes scores above the threshold, disconnected pairs, no unknown ones", () => {
    expect(chosen([1, unknown, infinity, 1.1, -1], { threshold: 1 })).toEqual([2, 3]);
    expect(chosen([1, unknown], { threshold: -100 })).toEqual([0]);
  });

  it("puts ties in the order of tenant, user and resource", () => {
    const table = tableOf([
      { tenant: "b", user: "u", res: "r" },
      { tenant: "a", user: "v", res: "r" },
      { tenant: "a", user: "u", res: "s" },
      { tenant: "a", user: "u", res: "r" },
      { tenant: "a", user: "B", res: "r" },
    ]);
    expect([...choose(table, pairsOf(table, [1, 1, 1, 1, 1]), { top: 9 })]).toEqual([4, 3, 2, 1, 0]);
    expect([...choose(table, pairsOf(table, [1, infinity, infinity, 1, 2]), { top: 3 })]).toEqual([2, 1, 4]);
  });

  it("finds the same top of many as a sort of all", () => {
    const score = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(infinity, unknown));
    const scores = fc.array(score, { minLength: 2500, maxLength: 4000 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 600 }), (all, top) => {
        expect(chosen(all, { top })).toEqual(chosen(all, { top: all.length }).slice(0, top));
      }),
      { numRuns: 25 },
    );
  });
});
