import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import type { Ratings } from "../../src/als/ratings.js";
import { referenceAls } from "../../src/als/reference.js";
import { NoSolutionError, trainAls } from "../../src/als/train.js";
import { Random } from "../../src/base/random.js";
import { backends, useBackend } from "../backends.js";
import { compare, randomRatings, rowsOf } from "./problems.js";

/** The constant one as strong as the scaled one is for a row of ten ratings, so that the equations are as well conditioned. */
const regularisations = fc.constantFrom(
  { regularization: "scaled", regParam: 0.5 } as const,
  { regularization: "constant", regParam: 5 } as const,
);

const modes: Pick<AlsOptions, "implicitPrefs" | "nonnegative">[] = [
  { implicitPrefs: true, nonnegative: true },
  { implicitPrefs: true, nonnegative: false },
  { implicitPrefs: false, nonnegative: true },
  { implicitPrefs: false, nonnegative: false },
];

/** The initial factors of a seed: what training gives after no iteration. */
const initialOf = (ratings: Parameters<typeof trainAls>[0], options: AlsOptions) =>
  trainAls(ratings, { ...options, maxIter: 0 }, { threads: 1 });

/** How far training, from its own initial factors, is from the float64 reference. */
async function besideReference(ratings: Ratings, options: AlsOptions) {
  const initial = await initialOf(ratings, options);
  const got = await trainAls(ratings, options, { threads: 2 });
  const want = referenceAls(ratings, options, {
    users: rowsOf(initial.users, options.rank),
    items: rowsOf(initial.items, options.rank),
  });
  return compare(got, {
    users: Float32Array.from(want.users.flat()),
    items: Float32Array.from(want.items.flat()),
  });
}

describe.each(backends)("training on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(modes)("agrees with the reference at any rank: %o", async (mode) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.nat(1e6), regularisations, async (rank, seed, chosen) => {
        const ratings = randomRatings(13, 9, 90, seed);
        const options = { ...alsDefaults, ...mode, ...chosen, rank, seed, maxIter: 2 };
        const { difference, largest } = await besideReference(ratings, options);
        // Float32 equations of condition up to about 1e3 lose some 1e-4.
        expect(difference).toBeLessThanOrEqual(5e-4 * largest);
      }),
      { numRuns: 12 },
    );
  });

  // These ranks have kernels of their own, over chunks of 128 ratings, four in a vector, and eight rows at a time.
  it.each(modes)("agrees with the reference at ranks 8 to 12 on rows of any length: %o", async (mode) => {
    for (const rank of [8, 9, 10, 11, 12]) {
      const lengths = [1, 2, 3, 4, 5, 7, 63, 64, 65, 127, 128, 129, 130, 255, 256, 257, 300, 0, 11];
      const user = Int32Array.from(lengths.flatMap((length) => [...Array(length).keys()]));
      const item = Int32Array.from(lengths.flatMap((length, row) => new Array<number>(length).fill(row)));
      const random = new Random(rank);
      const rating = Float32Array.from(user, () => (random.integer(9) === 0 ? -random.unit() : 5 * random.unit()));
      const ratings = { users: 300, items: lengths.length, user, item, rating };
      const options = { ...alsDefaults, ...mode, rank, regParam: 0.5, seed: 2, maxIter: 2 };
      const { difference, largest } = await besideReference(ratings, options);
      expect(difference, `rank ${rank}`).toBeLessThanOrEqual(1e-4 * largest);
    }
  });

  it.each(modes)("gives the same bits with 1, 2, 3 and 8 workers: %o", async (mode) => {
    const ratings = randomRatings(3000, 700, 20_000, 5);
    const options = { ...alsDefaults, ...mode, rank: 10, seed: 3, regParam: 0.1, maxIter: 3 };
    const one = await trainAls(ratings, options, { threads: 1 });
    for (const threads of [2, 3, 8]) {
      const many = await trainAls(ratings, options, { threads });
      expect(Buffer.from(many.users.buffer).equals(Buffer.from(one.users.buffer)), `${threads} workers`).toBe(true);
      expect(Buffer.from(many.items.buffer).equals(Buffer.from(one.items.buffer)), `${threads} workers`).toBe(true);
    }
  });

  it("names the first row whose equations have no solution", async () => {
    const ratings = randomRatings(600, 50, 600, 1);
    const options = { ...alsDefaults, rank: 4, regParam: 0, maxIter: 1 };
    for (const threads of [1, 2, 3]) {
      const failure = await trainAls(ratings, options, { threads }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NoSolutionError);
      expect(failure).toMatchObject({ side: "user", row: 0 });
    }
  });

  it("stops when it is told to, with the reason that it is given", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const training = trainAls(
      randomRatings(3000, 700, 20_000, 5),
      { ...alsDefaults, maxIter: 100_000 },
      { signal: stop.signal, onProgress: ({ done }) => done === 3 && stop.abort(reason) },
    );
    await expect(training).rejects.toBe(reason);
    await expect(trainAls(randomRatings(3, 3, 3, 5), alsDefaults, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe("initial factors", () => {
  const ratings = randomRatings(2000, 10, 2000, 0);

  it("are random directions of length one, of both signs, the same for the same seed", async () => {
    const options = { ...alsDefaults, rank: 7, seed: 42 };
    const { users } = await initialOf(ratings, options);
    const rows = rowsOf(users, 7);
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    const negative = users.filter((value) => value < 0).length / users.length;
    expect(negative).toBeGreaterThan(0.48);
    expect(negative).toBeLessThan(0.52);
    // Each coordinate of a random direction has variance 1 / rank.
    for (let i = 0; i < 7; i++) {
      const squares = rows.reduce((sum, row) => sum + row[i] ** 2, 0) / rows.length;
      expect(squares).toBeCloseTo(1 / 7, 1);
    }
    expect((await initialOf(ratings, options)).users).toEqual(users);
    expect((await initialOf(ratings, { ...options, seed: 43 })).users).not.toEqual(users);
    expect((await initialOf(ratings, { ...options, seed: 42 + 2 ** 32 })).users).not.toEqual(users);
  });

  it("do not depend on how many rows there are", async () => {
    const options = { ...alsDefaults, rank: 5, seed: -1 };
    const many = await initialOf(ratings, options);
    const few = await initialOf(randomRatings(20, 10, 20, 0), options);
    expect(few.users).toEqual(many.users.slice(0, 100));
    expect(few.items).toEqual(many.items);
  });
});

describe("options", () => {
  it.each([
    [{ rank: 0 }, "rank: expected an integer from 1 to 256, got 0"],
    [{ rank: 257 }, "rank: expected an integer from 1 to 256, got 257"],
    [{ maxIter: -1 }, "maxIter: expected an integer from 0 to 100000, got -1"],
    [{ regParam: Number.NaN }, "regParam: expected a finite number at or above 0, got NaN"],
    [{ alpha: -1 }, "alpha: expected a finite number at or above 0, got -1"],
    [{ seed: 0.5 }, "seed: expected an integer, got 0.5"],
    [{ tolerance: -1e-9 }, "tolerance: expected a finite number at or above 0, got -1e-9"],
    [{ regularization: "none" as "scaled" }, 'regularization: expected one of scaled, constant, got "none"'],
    [{ solver: "quick" as "fast" }, 'solver: expected one of direct, fast, got "quick"'],
    [{ solver: "fast" as const, nonnegative: true }, 'solver: expected "direct" for nonnegative factors, got "fast"'],
    [{ solver: "fast" as const }, 'solver: expected "direct" for explicit feedback, got "fast"'],
  ])("%o is refused by name", async (wrong, message) => {
    await expect(trainAls(randomRatings(2, 2, 2, 0), { ...alsDefaults, ...wrong })).rejects.toThrow(message);
  });

  it("refuses a number of threads that is none", async () => {
    await expect(trainAls(randomRatings(2, 2, 2, 0), alsDefaults, { threads: 0 })).rejects.toThrow(
      "threads: expected an integer from 1 to 256, got 0",
    );
  });
});
