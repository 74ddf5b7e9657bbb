import { beforeAll, describe, expect, it } from "vitest";
import { referenceAls } from "../../src/als/reference.js";
import { trainAls } from "../../src/als/train.js";
import { backends, useBackend } from "../backends.js";
import { compare, rowsOf, sparkCases } from "./problems.js";

const cases = sparkCases();

it("has all of Spark's runs", () => {
  expect(cases.length).toBe(21);
});

describe.each(backends)("training on the %s kernels from Spark's initial factors", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(cases)("gives Spark's factors: $name", async ({ factorsAfter, ratings, iterations, ...options }) => {
    for (const maxIter of iterations.slice(1)) {
      const factors = await trainAls(ratings, { ...options, maxIter }, { initial: factorsAfter(0), threads: 2 });
      const { difference, largest } = compare(factors, factorsAfter(maxIter));
      // Float32 normal equations: measured 1.3e-5 at worst (implicit, nonnegative, regParam 0.1). The bar is 1e-3.
      expect(difference / largest, `after ${maxIter} iterations`).toBeLessThan(5e-5);
    }
  });
});

describe("the float64 reference from Spark's initial factors", () => {
  it.each(cases)("gives Spark's factors: $name", ({ factorsAfter, ratings, iterations, ...options }) => {
    const initial = {
      users: rowsOf(factorsAfter(0).users, options.rank),
      items: rowsOf(factorsAfter(0).items, options.rank),
    };
    for (const maxIter of iterations.slice(1)) {
      const { users, items } = referenceAls(ratings, { ...options, maxIter }, initial);
      const { difference } = compare(
        { users: Float32Array.from(users.flat()), items: Float32Array.from(items.flat()) },
        factorsAfter(maxIter),
      );
      // Cholesky is equal to the bit; Spark's nonnegative solver stops at a tolerance of its own.
      expect(difference, `after ${maxIter} iterations`).toBeLessThanOrEqual(options.nonnegative ? 5e-6 : 0);
    }
  });
});
