import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { alsDefaults } from "../../src/als/options.js";
import { solveNonnegative } from "../../src/als/reference.js";
import { trainAls } from "../../src/als/train.js";
import { backends, useBackend } from "../backends.js";
import { randomRatings, rowsOf } from "./problems.js";

/** The value of x'Ax / 2 - b'x. */
function objective(a: number[][], b: number[], x: readonly number[]): number {
  return x.reduce((sum, xi, i) => sum + xi * (a[i].reduce((dot, aij, j) => dot + aij * x[j], 0) / 2 - b[i]), 0);
}

describe.each(backends)("the nonnegative solve on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it("reaches the least objective of every row, also where equations are nearly singular", async () => {
    const regularisation = fc.constantFrom(1e-5, 1e-3, 0.1, 10);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), regularisation, fc.nat(1e6), async (rank, regParam, seed) => {
        const ratings = randomRatings(19, 23, 120, seed);
        const options = { ...alsDefaults, implicitPrefs: true, nonnegative: true, rank, regParam, seed };
        // What the users are solved from: the items after one iteration with the same start.
        const { users, items } = await trainAls(ratings, { ...options, maxIter: 1 }, { threads: 1 });
        const y = rowsOf(items, rank);
        rowsOf(users, rank).forEach((x, user) => {
          const a = Array.from({ length: rank }, (_, i) =>
            Array.from({ length: rank }, (_, j) => y.reduce((sum, row) => sum + row[i] * row[j], 0)),
          );
          const b = new Array<number>(rank).fill(0);
          ratings.user.forEach((u, n) => {
            if (u !== user) return;
            const row = y[ratings.item[n]];
            const confidence = ratings.rating[n];
            for (let i = 0; i < rank; i++) {
              for (let j = 0; j < rank; j++) a[i][j] += confidence * row[i] * row[j];
              b[i] += (1 + confidence) * row[i];
              a[i][i] += regParam;
            }
          });
          if (b.every((value) => value === 0)) return;
          expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
          const least = objective(a, b, solveNonnegative(a, b));
          // The objective is flat at its minimum: float32 solutions come this close even where their coordinates differ more.
          expect(objective(a, b, x)).toBeLessThanOrEqual(least + 2e-4 * Math.abs(least));
        });
      }),
      { numRuns: 25 },
    );
  });
});
