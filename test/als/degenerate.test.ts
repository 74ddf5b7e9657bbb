import { beforeAll, describe, expect, it } from "vitest";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import type { Ratings } from "../../src/als/ratings.js";
import { type AlsResult, NoSolutionError, trainAls } from "../../src/als/train.js";
import { Random } from "../../src/base/random.js";
import { backends, useBackend } from "../backends.js";

const modes: Pick<AlsOptions, "implicitPrefs" | "nonnegative" | "solver">[] = [
  { implicitPrefs: true, nonnegative: true, solver: "direct" },
  { implicitPrefs: true, nonnegative: false, solver: "direct" },
  { implicitPrefs: false, nonnegative: true, solver: "direct" },
  { implicitPrefs: false, nonnegative: false, solver: "direct" },
  { implicitPrefs: true, nonnegative: false, solver: "fast" },
];

type Row = [user: number, item: number, rating: number];

function ratingsOf(users: number, items: number, rows: readonly Row[]): Ratings {
  return {
    users,
    items,
    user: Int32Array.from(rows, ([user]) => user),
    item: Int32Array.from(rows, ([, item]) => item),
    rating: Float32Array.from(rows, ([, , rating]) => rating),
  };
}

/** Every pair, or each with a chance of `share` and one for every user at least. */
function some(users: number, items: number, rating: (user: number, item: number) => number, share = 1): Ratings {
  const random = new Random(3);
  const rows: Row[] = [];
  for (let u = 0; u < users; u++)
    for (let i = 0; i < items; i++) if (random.unit() < share || u % items === i) rows.push([u, i, rating(u, i)]);
  return ratingsOf(users, items, rows);
}

const data: Record<string, Ratings> = {
  "one pair": some(1, 1, () => 7),
  "one user": some(1, 9, () => 5),
  "one item": some(9, 1, () => 5),
  "all ratings equal": some(12, 9, () => 5, 0.3),
  "all pairs, all equal": some(12, 9, () => 5),
  "ratings of zero": some(12, 9, () => 0, 0.3),
  "ratings below zero": some(12, 9, () => -5, 0.3),
  "ratings of 1e30": some(12, 9, () => 1e30, 0.3),
  "ratings at the end of float32": some(12, 9, () => 3e38, 0.3),
  "one rating of 1e36": some(12, 9, (u, i) => (u === 3 && i === 3 ? 1e36 : 5), 0.3),
  "ratings of 1e-40": some(12, 9, () => 1e-40, 0.3),
  "users with one rating": ratingsOf(
    9,
    4,
    [...Array(9).keys()].map((u): Row => [u, u % 4, 5 + u]),
  ),
  "no ratings": ratingsOf(3, 3, []),
};

const extremes: Partial<AlsOptions>[] = [{ regParam: 0 }, { regParam: 3e38, regularization: "constant" }];
const implicitExtremes: Partial<AlsOptions>[] = [{ alpha: 1e6, regParam: 0 }, { alpha: 1e37 }];
/** The fast solver refuses to work without regularisation. */
const fastExtremes: Partial<AlsOptions>[] = [
  { regParam: 1e-30 },
  { alpha: 1e6 },
  ...implicitExtremes.slice(1),
  ...extremes.slice(1),
];

describe.each(backends)("degenerate data on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.keys(data).flatMap((name) => modes.map((mode) => [name, mode] as const)))(
    "gives finite factors or names a row that has ratings: %s, %o",
    async (name, mode) => {
      const ratings = data[name];
      const free = mode.implicitPrefs ? [...extremes, ...implicitExtremes] : extremes;
      for (const extreme of mode.solver === "fast" ? fastExtremes : free) {
        const options = { ...alsDefaults, ...mode, ...extreme, rank: 4, maxIter: 10 };
        const result = await trainAls(ratings, options, { threads: 1 }).catch((error: unknown) => error);
        if (result instanceof NoSolutionError) {
          expect(ratings[result.side].includes(result.row), result.message).toBe(true);
        } else {
          const { users, items } = result as AlsResult;
          expect([...users, ...items].every(Number.isFinite), JSON.stringify(extreme)).toBe(true);
        }
      }
    },
  );

  it.each(modes)("refuses no data of ordinary size where there is regularisation: %o", async (mode) => {
    for (const name of ["one pair", "one user", "one item", "all ratings equal", "all pairs, all equal", "no ratings"])
      for (const rank of [1, 11]) {
        const { courses } = await trainAls(data[name], { ...alsDefaults, ...mode, rank }, { threads: 1 });
        for (const objective of courses[0].objectives) expect(objective, name).toBeGreaterThanOrEqual(0);
      }
  });

  it("solves a single pair as it can be solved by hand", async () => {
    // Explicit feedback, lambda l: at a fixed point |x| = |y| and x'y + l = r, so the pair is predicted as r - l.
    const options: AlsOptions = { ...alsDefaults, rank: 3, regParam: 2, maxIter: 40 };
    const { users, items, courses } = await trainAls(data["one pair"], options, { threads: 1 });
    const predicted = users.reduce((sum, x, i) => sum + x * items[i], 0);
    expect(predicted).toBeCloseTo(5, 4);
    // (r - p)^2 + l |x|^2 + l |y|^2, the last two l p each.
    expect(courses[0].objectives.at(-1)).toBeCloseTo(2 ** 2 + 2 * 2 * 5, 4);
  });

  it.each([true, false])("predicts all equal ratings as equal (implicit %s)", async (implicitPrefs) => {
    const options: AlsOptions = {
      ...alsDefaults,
      implicitPrefs,
      nonnegative: true,
      rank: 4,
      regParam: 0.5,
      maxIter: 60,
    };
    const { users, items } = await trainAls(data["all pairs, all equal"], options, { threads: 1 });
    // As with one pair: r - l, and in implicit feedback, where all pairs have the confidence 6, 1 - l / 6.
    const want = implicitPrefs ? 1 - 0.5 / 6 : 5 - 0.5;
    for (let u = 0; u < 12; u++)
      for (let i = 0; i < 9; i++) {
        let predicted = 0;
        for (let k = 0; k < 4; k++) predicted += users[4 * u + k] * items[4 * i + k];
        expect(predicted).toBeCloseTo(want, 3);
      }
  });

  it("takes a confidence of a million for what it says: rated pairs are predicted as one", async () => {
    const ratings = some(40, 30, (u, i) => 5 + ((u * i) % 5), 0.3);
    const options: AlsOptions = { ...alsDefaults, implicitPrefs: true, nonnegative: true, alpha: 1e6, maxIter: 30 };
    const { users, items } = await trainAls(ratings, options, { threads: 1 });
    let squares = 0;
    for (let n = 0; n < ratings.rating.length; n++) {
      let predicted = 0;
      for (let k = 0; k < 10; k++) predicted += users[10 * ratings.user[n] + k] * items[10 * ratings.item[n] + k];
      squares += (predicted - 1) ** 2;
    }
    expect(Math.sqrt(squares / ratings.rating.length)).toBeLessThan(0.02);
  });

  it("names the first user with fewer ratings than the rank where there is no regularisation", async () => {
    const rows: Row[] = [];
    for (let u = 0; u < 60; u++)
      for (let i = 0; i < (u === 41 || u === 50 ? 1 : 4); i++) rows.push([u, (u + i) % 7, 1 + ((u * i) % 5)]);
    const options: AlsOptions = { ...alsDefaults, rank: 2, regParam: 0, maxIter: 1 };
    const training = trainAls(ratingsOf(60, 7, rows), options, { threads: 2 });
    await expect(training).rejects.toMatchObject({ name: "NoSolutionError", side: "user", row: 41 });
    const regularised = { ...options, regParam: 1e-3 };
    await expect(trainAls(ratingsOf(60, 7, rows), regularised, { threads: 2 })).resolves.toBeDefined();
    // Nonnegative factors have a least one all the same; of several, any.
    const nonnegative = await trainAls(ratingsOf(60, 7, rows), { ...options, nonnegative: true }, { threads: 2 });
    expect(nonnegative.users.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  });
});
