import { describe, expect, it } from "vitest";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import { trainAls } from "../../src/als/train.js";
import { departmentRatings } from "./problems.js";

/** A twentieth of the users and a twenty-fifth of the items came today, others went; a twentieth of the other pairs are new. */
const isNew = { user: (u: number) => u % 20 === 3, item: (i: number) => i % 25 === 4 };
const isGone = { user: (u: number) => u % 20 === 7, item: (i: number) => i % 25 === 9 };

describe("a start from yesterday's factors", () => {
  it.each([
    { rank: 10, nonnegative: true },
    { rank: 10, nonnegative: false },
    { rank: 24, nonnegative: false },
    { rank: 24, nonnegative: false, solver: "fast" as const },
  ])(
    "is after one iteration where a cold one is after eight, after eight where that is after twenty-five: %o",
    async (mode) => {
      const yesterday = departmentRatings(
        2000,
        600,
        16,
        (u, i, draw) => !isNew.user(u) && !isNew.item(i) && draw > 0.05,
      );
      const today = departmentRatings(2000, 600, 16, (u, i) => !isGone.user(u) && !isGone.item(i));
      const options: AlsOptions = { ...alsDefaults, ...mode, implicitPrefs: true, maxIter: 25, seed: 1 };
      const before = await trainAls(yesterday, options);
      const cold = (await trainAls(today, options)).courses[0].objectives;
      const forget = (factors: Float32Array, unknown: (row: number) => boolean) =>
        factors.map((value, n) => (unknown(Math.floor(n / mode.rank)) ? Number.NaN : value));
      const initial = { users: forget(before.users, isNew.user), items: forget(before.items, isNew.item) };
      const warm = (await trainAls(today, { ...options, maxIter: 8 }, { initial })).courses[0].objectives;
      expect(warm[0]).toBeLessThan(cold[7]);
      expect(warm[7]).toBeLessThan(cold[24]);
    },
  );
});
