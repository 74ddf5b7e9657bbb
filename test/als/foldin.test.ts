import { beforeAll, describe, expect, it } from "vitest";
import type { AlsFactors } from "../../src/als/factors.js";
import { foldIn, type InitialFactors } from "../../src/als/foldin.js";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import type { Ratings } from "../../src/als/ratings.js";
import { trainAls, wholeSegment } from "../../src/als/train.js";
import { backends, useBackend } from "../backends.js";
import { randomRatings } from "./problems.js";

const modes = [true, false].flatMap((implicitPrefs) =>
  [true, false].map((nonnegative) => ({ implicitPrefs, nonnegative })),
);

/** Factors with some rows unknown. */
function without({ rank, users, items }: AlsFactors, unknown: { users?: number[]; items?: number[] }): InitialFactors {
  const forget = (factors: Float32Array, rows: number[] = []) => {
    const copy = factors.slice();
    for (const row of rows) copy.fill(Number.NaN, row * rank, (row + 1) * rank);
    return copy;
  };
  return { users: forget(users, unknown.users), items: forget(items, unknown.items) };
}

const rowOf = (factors: Float32Array, rank: number, row: number) => [...factors.subarray(row * rank, (row + 1) * rank)];

function ratingsOf(users: number, items: number, rows: [user: number, item: number, rating: number][]): Ratings {
  return {
    users,
    items,
    user: Int32Array.from(rows, ([user]) => user),
    item: Int32Array.from(rows, ([, item]) => item),
    rating: Float32Array.from(rows, ([, , rating]) => rating),
  };
}

describe.each(backends)("folding in on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(modes)("solves unknown users from the items, as a half-step does: %o", async (mode) => {
    const ratings = randomRatings(9000, 500, 40_000, 3);
    const options: AlsOptions = { ...alsDefaults, ...mode, rank: 6, regParam: 0.3, maxIter: 3 };
    // A training ends with the users' half-step, so its users are what folding in must find.
    const trained = await trainAls(ratings, options);
    const unknown = Array.from({ length: 4500 }, (_, n) => 2 * n);
    const initial = without(trained, { users: unknown });
    const { users, items } = await foldIn(ratings, options, initial, [wholeSegment(ratings)]);
    expect(items).toEqual(trained.items);
    expect(Number.isNaN(initial.users[0])).toBe(true);
    if (!mode.nonnegative) return expect(users).toEqual(trained.users);
    // The nonnegative solve starts elsewhere, so its last digits may differ.
    let difference = 0;
    users.forEach((value, n) => {
      difference = Math.max(difference, Math.abs(value - trained.users[n]));
    });
    expect(difference).toBeLessThan(1e-5 * Math.max(...trained.users));
  });

  it.each([true, false])("looks at a segment alone (implicit %s)", async (implicitPrefs) => {
    const [a, b] = [randomRatings(40, 20, 300, 1), randomRatings(30, 10, 200, 2)];
    const both = ratingsOf(70, 30, [
      ...Array.from(a.rating, (r, n): [number, number, number] => [a.user[n], a.item[n], r]),
      ...Array.from(b.rating, (r, n): [number, number, number] => [b.user[n] + 40, b.item[n] + 20, r]),
    ]);
    const options: AlsOptions = { ...alsDefaults, implicitPrefs, rank: 4, maxIter: 2 };
    const segments = [
      { users: [0, 40], items: [0, 20] },
      { users: [40, 70], items: [20, 30] },
    ] as const;
    const trained = await trainAls(both, options, { segments });
    const folded = await foldIn(both, options, without(trained, { users: [3, 39, 40, 69] }), segments);
    expect(folded.users).toEqual(trained.users);
  });

  it("goes from known users to their new items to new users of those", async () => {
    const options: AlsOptions = { ...alsDefaults, implicitPrefs: true, rank: 2, maxIter: 2 };
    // User 2 is new and shares item 1, new too, with user 0.
    const ratings = ratingsOf(3, 2, [
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 1],
      [2, 1, 1],
    ]);
    const initial = {
      users: Float32Array.of(1, 0.5, 0.2, 1, Number.NaN, Number.NaN),
      items: new Float32Array(4).fill(0.7),
    };
    initial.items.fill(Number.NaN, 2);
    const { users, items } = await foldIn(ratings, options, initial, [wholeSegment(ratings)]);
    // The equations of item 1: (G + y y' + lambda) x = 2 y, with user 0 as y and G over the known users.
    const [g11, g12, g22] = [1 + 0.04 + 1 + 0.1, 0.5 + 0.2 + 0.5, 0.25 + 1 + 0.25 + 0.1];
    const determinant = g11 * g22 - g12 * g12;
    const want = [(2 * g22 - g12) / determinant, (g11 - 2 * g12) / determinant];
    expect(rowOf(items, 2, 1)).toEqual(want.map((value) => expect.closeTo(value, 5)));
    expect(rowOf(users, 2, 2).every(Number.isFinite)).toBe(true);
    expect(rowOf(users, 2, 2)).not.toEqual([0, 0]);
  });

  it("leaves unknown what nothing known is connected with, or says nothing of", async () => {
    const options: AlsOptions = { ...alsDefaults, rank: 2, maxIter: 2 };
    const ratings = ratingsOf(4, 3, [
      [0, 0, 3],
      [1, 1, 3], // both new
      [2, 0, 0], // a rating of nothing
      [3, 2, 3], // an item whose factors are zero
      [0, 2, 0],
    ]);
    const unknown = Array.from({ length: 6 }, () => Number.NaN);
    const initial = {
      users: Float32Array.of(1, 2, ...unknown),
      items: Float32Array.of(1, 1, Number.NaN, Number.NaN, 0, 0),
    };
    expect(await foldIn(ratings, options, initial, [wholeSegment(ratings)])).toEqual(initial);
    // What is unknown starts in the random direction that its row has in a cold start.
    const from = await trainAls(ratings, { ...options, maxIter: 0 }, { initial });
    const cold = await trainAls(ratings, { ...options, maxIter: 0 });
    expect(from.users).toEqual(Float32Array.of(1, 2, ...cold.users.slice(2)));
    expect(from.items).toEqual(Float32Array.of(1, 1, ...cold.items.slice(2, 4), 0, 0));
  });

  it("does not refuse a training for a row that known rows cannot determine", async () => {
    // Without regularisation a user needs two known items at rank 2; users 3 to 7 have one, and a new one.
    const rows: [number, number, number][] = [];
    for (let user = 0; user < 10; user++) rows.push([user, 0, 1 + user], [user, 2, 2]);
    for (let user = 0; user < 3; user++) rows.push([user, 1, 4 - user]);
    const ratings = ratingsOf(10, 3, rows);
    const options: AlsOptions = { ...alsDefaults, rank: 2, regParam: 0, maxIter: 1 };
    const unknown = Array.from({ length: 20 }, () => Number.NaN);
    const initial = {
      users: Float32Array.from(unknown),
      items: Float32Array.of(1, 0.2, 0.3, 1, Number.NaN, Number.NaN),
    };
    const { users } = await foldIn(ratings, options, initial, [wholeSegment(ratings)]);
    const known = Array.from({ length: 10 }, (_, user) => Number.isFinite(users[2 * user]));
    expect(known).toEqual([true, true, true, ...Array.from({ length: 7 }, () => false)]);
    const trained = await trainAls(ratings, options, { initial });
    expect([...trained.users, ...trained.items].every(Number.isFinite)).toBe(true);
  });

  it("stops with the signal's reason", async () => {
    const ratings = randomRatings(9000, 500, 40_000, 3);
    const options: AlsOptions = { ...alsDefaults, rank: 6, maxIter: 1 };
    const trained = await trainAls(ratings, options);
    const initial = without(trained, { users: Array.from({ length: 9000 }, (_, n) => n) });
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error("enough")));
    await expect(foldIn(ratings, options, initial, [wholeSegment(ratings)], stop.signal)).rejects.toThrow("enough");
  });
});

describe("initial factors", () => {
  const ratings = randomRatings(3, 2, 5, 1);
  const options: AlsOptions = { ...alsDefaults, rank: 2, maxIter: 1 };
  it.each([
    [{ users: new Float32Array(5), items: new Float32Array(4) }, "initial.users: expected 3 x 2 numbers, got 5"],
    [
      { users: new Float32Array(6), items: Float32Array.of(1, 1, 1, Number.NaN) },
      "initial.items: row 1: expected finite numbers, or NaN throughout for an unknown row",
    ],
    [{ users: new Float32Array(6).fill(Number.POSITIVE_INFINITY), items: new Float32Array(4) }, "initial.users: row 0"],
  ])("that are wrong are refused: %#", async (initial, message) => {
    await expect(trainAls(ratings, options, { initial })).rejects.toThrow(message);
  });
});
