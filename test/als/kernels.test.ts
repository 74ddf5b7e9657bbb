import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { planAls } from "../../src/als/plan.js";
import { compressRows } from "../../src/als/ratings.js";
import { Kernels } from "../../src/wasm/kernels.js";
import { loadKernels } from "../../src/wasm/module.js";
import { allocate, SharedRegions } from "../../src/wasm/plan.js";
import { backends, useBackend } from "../backends.js";
import { randomRatings } from "./problems.js";

const RANK = 6;
const ratings = randomRatings(41, 17, 300, 9);

/** The kernels on this thread over a small job, with random factors on both sides. */
function job(rank = RANK) {
  const { plan } = planAls({ users: 41, items: 17, ratings: 300, rank, threads: 1 });
  const memory = allocate(plan);
  const regions = new SharedRegions(plan, memory);
  const kernels = new Kernels(loadKernels().module, memory, plan);
  const by = (side: "user" | "item") => ({
    ptr: regions.u32(`${side}Ptr`),
    idx: regions.i32(`${side}Idx`),
    val: regions.f32(`${side}Val`),
  });
  compressRows(41, ratings.user, ratings.item, ratings.rating, by("user"));
  compressRows(17, ratings.item, ratings.user, ratings.rating, by("item"));
  kernels.run({ kernel: "initRows", x: "users", rank, seed: 1, side: 0 }, 0, 41, 0);
  kernels.run({ kernel: "initRows", x: "items", rank, seed: 1, side: 1 }, 0, 17, 0);
  return { kernels, regions };
}

/** Where to cut 41 rows. */
const cuts = fc
  .uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 })
  .map((at) => [0, ...at.sort((a, b) => a - b), 41]);

describe.each(backends)("the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [RANK, true],
    [RANK, false],
    [9, false],
    [10, true],
    [10, false],
  ])("solve rows to the same bits however they are split (rank %i, nonnegative %s)", (rank, nonnegative) => {
    const solve = (bounds: number[]) => {
      const { kernels, regions } = job(rank);
      kernels.run({ kernel: "gramBlocks", x: "items", origin: 0, end: 17, rank, partial: "gramPartials" }, 0, 1, 0);
      kernels.run(
        { kernel: "sumGram", partial: "gramPartials", blocks: 1, rank, gram: "gram" },
        0,
        4 * Math.ceil(rank / 4),
        0,
      );
      for (let n = 1; n < bounds.length; n++) {
        const code = kernels.run(
          {
            kernel: "solveRows",
            y: "items",
            x: "users",
            ptr: "userPtr",
            idx: "userIdx",
            val: "userVal",
            gram: "gram",
            rank,
            implicit: true,
            nonnegative,
            lambda: 0.1,
            ridge: 0,
            alpha: 1,
            objective: "userObjective",
            origin: 0,
          },
          bounds[n - 1],
          bounds[n],
          0,
        );
        expect(code).toBe(0);
      }
      return regions.f32("users").slice();
    };
    const whole = solve([0, 41]);
    fc.assert(
      fc.property(cuts, (bounds) => {
        expect(solve(bounds)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])("sum what rows leave of the objective (implicit %s, nonnegative %s)", (implicit, nonnegative) => {
    const { kernels, regions } = job();
    const [lambda, ridge, alpha] = [0.1, 0.7, 1.5];
    kernels.run({ kernel: "gramBlocks", x: "items", origin: 0, end: 17, rank: RANK, partial: "gramPartials" }, 0, 1, 0);
    kernels.run({ kernel: "sumGram", partial: "gramPartials", blocks: 1, rank: RANK, gram: "gram" }, 0, 8, 0);
    kernels.run(
      {
        ...{
          kernel: "solveRows",
          y: "items",
          x: "users",
          ptr: "userPtr",
          idx: "userIdx",
          val: "userVal",
          gram: "gram",
        },
        ...{ rank: RANK, implicit, nonnegative, lambda, ridge, alpha, objective: "userObjective", origin: 0 },
      },
      0,
      41,
      0,
    );
    const [x, y, ptr, idx, val] = [
      regions.f32("users"),
      regions.f32("items"),
      regions.u32("userPtr"),
      regions.i32("userIdx"),
      regions.f32("userVal"),
    ];
    const dot = (u: number, i: number) => {
      let sum = 0;
      for (let k = 0; k < RANK; k++) sum += x[u * 8 + k] * y[i * 8 + k];
      return sum;
    };
    let loss = 0;
    let penalty = 0;
    for (let u = 0; u < 41; u++) {
      let counted = 0;
      if (implicit) for (let i = 0; i < 17; i++) loss += dot(u, i) ** 2;
      for (let p = ptr[u]; p < ptr[u + 1]; p++) {
        const predicted = dot(u, idx[p]);
        const target = implicit ? Number(val[p] > 0) : val[p];
        const confidence = implicit ? alpha * Math.abs(val[p]) : 1;
        loss += (implicit ? target : 0) * (1 - 2 * predicted) + confidence * (target - predicted) ** 2;
        if (!implicit || val[p] > 0) counted++;
      }
      for (let k = 0; k < RANK; k++) if (counted > 0) penalty += (lambda * counted + ridge) * x[u * 8 + k] ** 2;
    }
    // float32 solves and dot products: a few units of 6e-8 of the sums that they are differences of
    const [kernelLoss, kernelPenalty] = regions.f64("userObjective");
    expect(Math.abs(kernelLoss - (loss + penalty))).toBeLessThan(1e-5 * (loss + penalty));
    expect(Math.abs(kernelPenalty - penalty)).toBeLessThan(1e-5 * penalty);
  });

  it("sum Gram matrices to the same bits however blocks are shared out", () => {
    const rows = 5000;
    const { plan } = planAls({ users: rows, items: 1, ratings: 1, rank: RANK, threads: 1 });
    const memory = allocate(plan);
    const regions = new SharedRegions(plan, memory);
    const kernels = new Kernels(loadKernels().module, memory, plan);
    kernels.run({ kernel: "initRows", x: "users", rank: RANK, seed: 1, side: 0 }, 0, rows, 0);
    const gram = (bounds: number[]) => {
      for (let n = 1; n < bounds.length; n++)
        kernels.run(
          { kernel: "gramBlocks", x: "users", origin: 0, end: rows, rank: RANK, partial: "gramPartials" },
          bounds[n - 1],
          bounds[n],
          0,
        );
      kernels.run({ kernel: "sumGram", partial: "gramPartials", blocks: 5, rank: RANK, gram: "gram" }, 0, 8, 0);
      return regions.f32("gram").slice();
    };
    const whole = gram([0, 5]);
    expect(gram([0, 1, 2, 3, 4, 5])).toEqual(whole);
    expect(gram([0, 3, 5])).toEqual(whole);
    // Against a plain float64 sum: the rows are unit vectors, so the trace is their number.
    const x = regions.f32("users");
    for (let i = 0; i < RANK; i++)
      for (let j = i; j < RANK; j++) {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += x[row * 8 + i] * x[row * 8 + j];
        expect(whole[i * 8 + j]).toBeCloseTo(sum, 2);
      }
  });

  it("sum predictions about a centre in float64", () => {
    const { kernels, regions } = job();
    kernels.run(
      {
        kernel: "deviationRows",
        x: "users",
        y: "items",
        ptr: "userPtr",
        idx: "userIdx",
        rank: RANK,
        centre: 0.25,
        out: "deviations",
      },
      0,
      41,
      0,
    );
    const want = new Float64Array(82);
    const users = regions.f32("users");
    const items = regions.f32("items");
    for (let n = 0; n < 300; n++) {
      let dot = 0;
      for (let i = 0; i < RANK; i++) dot += users[ratings.user[n] * 8 + i] * items[ratings.item[n] * 8 + i];
      want[2 * ratings.user[n]] += dot - 0.25;
      want[2 * ratings.user[n] + 1] += (dot - 0.25) ** 2;
    }
    regions.f64("deviations").forEach((value, n) => {
      expect(value).toBeCloseTo(want[n], 12);
    });
  });
});
