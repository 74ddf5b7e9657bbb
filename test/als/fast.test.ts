import { beforeAll, describe, expect, it } from "vitest";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import { referenceObjective } from "../../src/als/reference.js";
import { trainAls } from "../../src/als/train.js";
import { OptionError } from "../../src/base/errors.js";
import { backends, useBackend } from "../backends.js";
import { departmentRatings, randomRatings, rowsOf } from "./problems.js";

const free: AlsOptions = { ...alsDefaults, implicitPrefs: true, nonnegative: false, seed: 4 };

describe.each(backends)("the fast solver on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  // Its acceptance rule, in ARCHITECTURE.md: at most 1e-4 above the exact solver's objective after the same iterations.
  it.each([
    { rank: 3, regularization: "scaled", regParam: 0.1 },
    { rank: 10, regularization: "scaled", regParam: 0.1 },
    { rank: 10, regularization: "constant", regParam: 0.01 },
    { rank: 33, regularization: "scaled", regParam: 0.5 },
    { rank: 64, regularization: "constant", regParam: 1 },
  ] as const)("keeps up with the exact one: %o", async (chosen) => {
    const ratings = departmentRatings(1500, 300, 16);
    for (const alpha of [1, 20]) {
      const options = { ...free, ...chosen, alpha, maxIter: 10 };
      const exact = (await trainAls(ratings, options)).courses[0].objectives.at(-1)!;
      const fast = (await trainAls(ratings, { ...options, solver: "fast" })).courses[0].objectives.at(-1)!;
      expect(fast / exact - 1).toBeLessThan(1e-4);
    }
  });

  it("reports the objective that its factors have", async () => {
    const ratings = departmentRatings(300, 60, 12);
    const options = { ...free, rank: 12, regParam: 0.3, solver: "fast", maxIter: 3 } as const;
    const { users, items, courses } = await trainAls(ratings, options);
    const want = referenceObjective(ratings, options, { users: rowsOf(users, 12), items: rowsOf(items, 12) });
    // float32 dot products of vectors of length about one: 1e-6 of the sums that the objective is the difference of
    expect(Math.abs(courses[0].objectives[2] / want - 1)).toBeLessThan(1e-5);
  });

  it("gives the same bits with 1, 2, 3 and 8 workers, and from disk", async () => {
    const ratings = randomRatings(3000, 700, 20_000, 5);
    const options = { ...free, rank: 20, solver: "fast", maxIter: 3 } as const;
    const one = await trainAls(ratings, options, { threads: 1 });
    const source = {
      users: 3000,
      items: 700,
      batches: () => [{ user: ratings.user, item: ratings.item, rating: ratings.rating }],
    };
    const others = [
      ...[2, 3, 8].map((threads) => trainAls(ratings, options, { threads })),
      trainAls(source, options, { threads: 2, partitionInBytes: 1 << 16 }),
    ];
    for (const many of await Promise.all(others)) {
      expect(Buffer.from(many.users.buffer).equals(Buffer.from(one.users.buffer))).toBe(true);
      expect(Buffer.from(many.items.buffer).equals(Buffer.from(one.items.buffer))).toBe(true);
    }
  });

  it("trains segments apart, and rows without ratings to zero", async () => {
    const ratings = { ...randomRatings(40, 20, 200, 8), users: 43, items: 22 };
    const options = { ...free, rank: 5, solver: "fast", maxIter: 4 } as const;
    const { users } = await trainAls(ratings, options);
    expect(users.subarray(40 * 5)).toEqual(new Float32Array(15));
    const twice = {
      users: 80,
      items: 40,
      user: Int32Array.from([...ratings.user, ...ratings.user.map((user) => user + 40)]),
      item: Int32Array.from([...ratings.item, ...ratings.item.map((item) => item + 20)]),
      rating: Float32Array.from([...ratings.rating, ...ratings.rating]),
    };
    const segments = [0, 1].map((n) => ({
      users: [40 * n, 40 * n + 40] as const,
      items: [20 * n, 20 * n + 20] as const,
    }));
    const { courses } = await trainAls(twice, { ...options, maxIter: 30 }, { segments });
    // other random starts, the same problem
    expect(courses[0].objectives[29] / courses[1].objectives[29]).toBeCloseTo(1, 1);
    expect(courses[0].objectives[29]).toBeLessThan(courses[0].objectives[0]);
  });

  it.each([{ nonnegative: true }, { implicitPrefs: false }, { regParam: 0 }])("is refused with %o", async (wrong) => {
    const options: AlsOptions = { ...free, solver: "fast", ...wrong };
    await expect(trainAls(randomRatings(4, 3, 9, 1), options)).rejects.toThrow(OptionError);
  });
});
