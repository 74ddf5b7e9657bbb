import { beforeAll, describe, expect, it } from "vitest";
import { MemoryRatings } from "../../src/als/job-ratings.js";
import { isWorthwhile, sortByLocality } from "../../src/als/locality.js";
import { alsDefaults } from "../../src/als/options.js";
import { planAls } from "../../src/als/plan.js";
import { AlsJob, wholeSegment } from "../../src/als/train.js";
import { KernelPool } from "../../src/pool/pool.js";
import { loadKernels } from "../../src/wasm/module.js";
import { backends, useBackend } from "../backends.js";
import { departmentRatings } from "./problems.js";

const [USERS, ITEMS, RANK] = [700, 200, 6];

describe.each(backends)("rows sorted by what they have in common on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it("keep their ratings and factors", async () => {
    const ratings = departmentRatings(USERS, ITEMS, 9);
    const { plan, sizes } = planAls(
      { users: USERS, items: ITEMS, ratings: ratings.rating.length, rank: RANK, threads: 2 },
      true,
    );
    const pool = new KernelPool(loadKernels().module, plan, 2);
    try {
      const { regions } = pool;
      const held = new MemoryRatings(regions, ratings, sizes.objectiveBlockRows);
      for (const [side, x, rows] of [
        [0, "users", USERS],
        [1, "items", ITEMS],
      ] as const)
        await pool.run({ kernel: "initRows", x, rank: RANK, seed: 2, side }, { first: 0, last: rows, block: 64 });
      const pairs = () => {
        const [user, item] = [held.placesOf("user"), held.placesOf("item")];
        const numbers = (places: Int32Array | undefined, rows: number) => {
          const number = new Int32Array(rows).map((_, n) => n);
          places?.forEach((place, n) => {
            number[place] = n;
          });
          return number;
        };
        const [userAt, itemAt] = [numbers(user, USERS), numbers(item, ITEMS)];
        const list = (side: "user" | "item", at: Int32Array, others: Int32Array) => {
          const [ptr, idx, val] = [regions.u32(`${side}Ptr`), regions.i32(`${side}Idx`), regions.f32(`${side}Val`)];
          return Array.from(at, (row, place) => {
            const from = [...idx.subarray(ptr[place], ptr[place + 1])].map((other) => others[other]);
            return [row, from, [...val.subarray(ptr[place], ptr[place + 1])]] as const;
          }).sort(([a], [b]) => a - b);
        };
        return { byUser: list("user", userAt, itemAt), byItem: list("item", itemAt, userAt) };
      };
      const before = { pairs: pairs(), users: regions.f32("users").slice(), items: regions.f32("items").slice() };
      await sortByLocality(pool, held, wholeSegment({ users: USERS, items: ITEMS }), { rank: RANK, sizes }, {});
      expect(pairs()).toEqual(before.pairs);
      for (const [side, x] of [
        ["user", "users"],
        ["item", "items"],
      ] as const) {
        const places = held.placesOf(side)!;
        expect(places.toSorted()).toEqual(new Int32Array(places.length).map((_, n) => n));
        expect(places.some((place, n) => place !== n)).toBe(true);
        const now = regions.f32(x);
        places.forEach((place, n) => {
          const row = (of: Float32Array, at: number) => of.slice(at * sizes.stride, (at + 1) * sizes.stride);
          expect(row(now, place)).toEqual(row(before[x], n));
        });
      }
      expect(held.count([0, 300])).toBe(ratings.user.filter((user) => user < 300).length);
    } finally {
      await pool.close();
    }
  });

  it("train to what unsorted ones do, with the same bits for any number of workers", async () => {
    const users = 17_000;
    const ratings = departmentRatings(users, 60, 3);
    const options = {
      ...alsDefaults,
      rank: 250,
      implicitPrefs: true,
      solver: "fast",
      maxIter: 4,
      regParam: 1,
    } as const;
    expect(isWorthwhile(ratings, 252)).toBe(true);
    const train = async (source: Parameters<typeof AlsJob.start>[0], threads: number) => {
      const job = await AlsJob.start(source, options, { threads });
      try {
        const { objectives } = await job.iterate(wholeSegment(ratings));
        return { objectives, ...(await job.predictionStatistics(10, users - 10)), factors: job.factors() };
      } finally {
        await job.close();
      }
    };
    const sorted = await train(ratings, 2);
    const again = await train(ratings, 3);
    expect(Buffer.from(again.factors.users.buffer).equals(Buffer.from(sorted.factors.users.buffer))).toBe(true);
    expect(again.objectives).toEqual(sorted.objectives);
    // From disk rows keep their order: the same equations, Y'Y summed in another one.
    const { user, item, rating } = ratings;
    const unsorted = await train({ users, items: 60, batches: () => [{ user, item, rating }] }, 2);
    sorted.objectives.forEach((value, n) => {
      expect(value / unsorted.objectives[n]).toBeCloseTo(1, 6);
    });
    expect(sorted.mean).toBeCloseTo(unsorted.mean, 4);
    expect(sorted.std).toBeCloseTo(unsorted.std, 4);
  });
});
