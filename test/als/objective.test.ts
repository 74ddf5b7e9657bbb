import { beforeAll, describe, expect, it } from "vitest";
import { combineCourses, shouldStop } from "../../src/als/course.js";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import type { Ratings } from "../../src/als/ratings.js";
import { referenceObjective } from "../../src/als/reference.js";
import { trainAls } from "../../src/als/train.js";
import { Random } from "../../src/base/random.js";
import { backends, useBackend } from "../backends.js";
import { randomRatings, rowsOf } from "./problems.js";

const kinds = [true, false].flatMap((implicitPrefs) =>
  (["scaled", "constant"] as const).map((regularization) => ({ implicitPrefs, regularization })),
);
const modes: Partial<AlsOptions>[] = [
  ...kinds.flatMap((kind) => [true, false].map((nonnegative) => ({ ...kind, nonnegative }))),
  ...kinds.filter(({ implicitPrefs }) => implicitPrefs).map((kind) => ({ ...kind, solver: "fast" as const })),
];

/** Some pairs of 11 users and 7 items once each, with ratings of both signs; every user and item has one above zero. */
function signedPairs(): Ratings {
  const random = new Random(4);
  const rows: [number, number, number][] = [];
  for (let u = 0; u < 11; u++)
    for (let i = 0; i < 7; i++) {
      if (i === u % 7) rows.push([u, i, 2]);
      else if (random.unit() < 0.4) rows.push([u, i, 6 * random.unit() - 3]);
    }
  return {
    users: 11,
    items: 7,
    user: Int32Array.from(rows, ([user]) => user),
    item: Int32Array.from(rows, ([, item]) => item),
    rating: Float32Array.from(rows, ([, , rating]) => rating),
  };
}

describe("the reference objective", () => {
  it.each(kinds)("is the sum over all pairs, written out: %o", (kind) => {
    const ratings = signedPairs();
    const options: AlsOptions = { ...alsDefaults, ...kind, rank: 3, regParam: 0.3, alpha: 1.7 };
    const random = new Random(8);
    const matrix = (rows: number) =>
      Array.from({ length: rows }, () => Array.from({ length: 3 }, () => random.unit() - 0.4));
    const [users, items] = [matrix(11), matrix(7)];
    const rated = new Map(Array.from(ratings.rating, (r, n) => [`${ratings.user[n]} ${ratings.item[n]}`, r]));
    let sum = 0;
    const counted = { users: new Array<number>(11).fill(0), items: new Array<number>(7).fill(0) };
    for (let u = 0; u < 11; u++)
      for (let i = 0; i < 7; i++) {
        const r = rated.get(`${u} ${i}`);
        const predicted = users[u].reduce((dot, x, k) => dot + x * items[i][k], 0);
        if (kind.implicitPrefs) sum += (1 + 1.7 * Math.abs(r ?? 0)) * (Number((r ?? 0) > 0) - predicted) ** 2;
        else if (r !== undefined) sum += (r - predicted) ** 2;
        if (r !== undefined && (!kind.implicitPrefs || r > 0)) {
          counted.users[u]++;
          counted.items[i]++;
        }
      }
    for (const [side, factors] of [
      ["users", users],
      ["items", items],
    ] as const)
      for (const [row, x] of factors.entries()) {
        const share = kind.regularization === "scaled" ? counted[side][row] : 1;
        sum += 0.3 * share * x.reduce((squares, value) => squares + value * value, 0);
      }
    expect(referenceObjective(ratings, options, { users, items })).toBeCloseTo(sum, 9);
  });
});

describe.each(backends)("the objective of a training on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(modes)("is that of its factors, and falls: %o", async (mode) => {
    const ratings = randomRatings(700, 300, 6000, 2);
    const options: AlsOptions = { ...alsDefaults, ...mode, rank: 8, regParam: 0.2, seed: 3, maxIter: 6 };
    const { users, items, courses } = await trainAls(ratings, options, { threads: 2 });
    const { objectives, stopped } = courses[0];
    expect([objectives.length, stopped]).toEqual([6, "maxIter"]);
    const want = referenceObjective(ratings, options, { users: rowsOf(users, 8), items: rowsOf(items, 8) });
    // A difference of float32 sums that are up to some ten times as large: their relative errors of 6e-8 add up to this.
    expect(Math.abs(objectives[5] - want) / want).toBeLessThan(1e-5);
    for (let n = 1; n < 6; n++) expect(objectives[n]).toBeLessThan(objectives[n - 1]);
  });

  it("is the same to the bit with 1, 2 and 3 workers", async () => {
    const ratings = randomRatings(3000, 700, 20_000, 5);
    const options: AlsOptions = { ...alsDefaults, implicitPrefs: true, nonnegative: true, maxIter: 3 };
    const of = async (threads: number) => (await trainAls(ratings, options, { threads })).courses;
    const one = await of(1);
    for (const threads of [2, 3]) expect(await of(threads)).toEqual(one);
  });

  it("is each segment's own", async () => {
    const [a, b] = [randomRatings(40, 20, 300, 1), randomRatings(30, 10, 200, 2)];
    const both: Ratings = {
      users: 70,
      items: 30,
      user: Int32Array.from([...a.user, ...b.user.map((u) => u + 40)]),
      item: Int32Array.from([...a.item, ...b.item.map((i) => i + 20)]),
      rating: Float32Array.from([...a.rating, ...b.rating]),
    };
    const options: AlsOptions = { ...alsDefaults, implicitPrefs: true, rank: 4, maxIter: 5 };
    const segments = [
      { users: [0, 40], items: [0, 20] },
      { users: [40, 70], items: [20, 30] },
    ] as const;
    const { courses } = await trainAls(both, options, { threads: 2, segments });
    // The first segment has the rows, and so the start, that it has alone.
    expect(courses[0]).toEqual((await trainAls(a, options, { threads: 2 })).courses[0]);
    expect(courses).toHaveLength(2);
    expect(courses[1].objectives).toHaveLength(5);
  });
});

describe("stopping", () => {
  const ratings = randomRatings(300, 100, 3000, 7);
  const options: AlsOptions = { ...alsDefaults, implicitPrefs: true, rank: 5, maxIter: 200 };

  it("happens after the first iteration over which the objective falls by no more than the tolerance", async () => {
    const progress: number[] = [];
    const run = {
      threads: 1,
      onProgress: ({
        done,
        total,
        objective,
        milliseconds,
      }: {
        done: number;
        total?: number;
        objective?: number;
        milliseconds?: number;
      }) => {
        expect(total).toBe(200);
        expect(milliseconds).toBeGreaterThan(0);
        expect(progress.push(objective!)).toBe(done);
      },
    };
    const [{ objectives, stopped }] = (await trainAls(ratings, { ...options, tolerance: 1e-3 }, run)).courses;
    expect(stopped).toBe("tolerance");
    expect(objectives.length).toBeLessThan(200);
    expect(progress).toEqual(objectives);
    const falls = objectives.slice(1).map((now, n) => (objectives[n] - now) / objectives[n]);
    expect(falls.at(-1)).toBeLessThanOrEqual(1e-3);
    for (const fall of falls.slice(0, -1)) expect(fall).toBeGreaterThan(1e-3);
    const [plain] = (await trainAls(ratings, { ...options, maxIter: objectives.length }, { threads: 1 })).courses;
    expect(plain).toEqual({ objectives, stopped: "maxIter" });
  });

  it("needs two iterations, a tolerance, and no fall above it", () => {
    expect(shouldStop([100], 0.1)).toBe(false);
    expect(shouldStop([100, 90.1], 0.1)).toBe(true);
    expect(shouldStop([100, 89.9], 0.1)).toBe(false);
    expect(shouldStop([100, 100], 0)).toBe(false);
    expect(shouldStop([100, 101], 0)).toBe(false);
    expect(shouldStop([100, 101], 1e-9)).toBe(true);
    expect(shouldStop([0, 0], 1e-9)).toBe(true);
  });

  it("does without iterations", async () => {
    expect((await trainAls(ratings, { ...options, maxIter: 0 }, { threads: 1 })).courses).toEqual([
      { objectives: [], stopped: "maxIter" },
    ]);
  });

  it("of segments adds up to one course, in which those that stopped keep their last objective", () => {
    expect(
      combineCourses([
        { objectives: [5, 4], stopped: "tolerance" },
        { objectives: [50, 40, 30], stopped: "tolerance" },
      ]),
    ).toEqual({ objectives: [55, 44, 34], stopped: "tolerance" });
    expect(
      combineCourses([
        { objectives: [5, 4], stopped: "tolerance" },
        { objectives: [50, 40], stopped: "maxIter" },
      ]).stopped,
    ).toBe("maxIter");
  });
});
