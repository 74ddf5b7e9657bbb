import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AlsFactors } from "../../src/als/factors.js";
import { Predictor } from "../../src/als/predict.js";
import { Random } from "../../src/base/random.js";
import { Kernels, kernelSizes } from "../../src/wasm/kernels.js";
import { loadKernels } from "../../src/wasm/module.js";
import { allocate, planMemory, SharedRegions } from "../../src/wasm/plan.js";
import { backends, useBackend } from "../backends.js";

const USERS = 50;
const ITEMS = 30;

/** Random factors of both signs. */
function randomFactors(rank: number, seed: number, users = USERS, items = ITEMS): AlsFactors {
  const random = new Random(seed);
  const draw = (rows: number) => Float32Array.from({ length: rows * rank }, () => 2 * random.unit() - 1);
  return { rank, users: draw(users), items: draw(items) };
}

/** Random pairs, some with an id that is no row: -1, one past the last row, the smallest int32. */
function randomPairs(count: number, seed: number, users = USERS, items = ITEMS) {
  const random = new Random(seed, 1);
  const id = (rows: number) =>
    random.unit() < 0.1 ? [-1, rows, -0x8000_0000][random.integer(3)] : random.integer(rows);
  return {
    user: Int32Array.from({ length: count }, () => id(users)),
    item: Int32Array.from({ length: count }, () => id(items)),
  };
}

/** The dot product in float64 and the sum of the products' magnitudes; NaN where a side is no row. */
function oracle({ rank, users, items }: AlsFactors, user: number, item: number): { sum: number; size: number } {
  if (user < 0 || item < 0 || user * rank >= users.length || item * rank >= items.length)
    return { sum: Number.NaN, size: 0 };
  let sum = 0;
  let size = 0;
  for (let i = 0; i < rank; i++) {
    const product = users[user * rank + i] * items[item * rank + i];
    sum += product;
    size += Math.abs(product);
  }
  return { sum, size };
}

function expectPredictions(factors: AlsFactors, pairs: ReturnType<typeof randomPairs>, got: Float32Array): void {
  expect(got.length).toBe(pairs.user.length);
  got.forEach((value, n) => {
    const { sum, size } = oracle(factors, pairs.user[n], pairs.item[n]);
    if (Number.isNaN(sum)) expect(value).toBeNaN();
    // A float32 sum of k terms is off by at most k half-ulps (6e-8) of the terms' magnitudes.
    else expect(Math.abs(value - sum)).toBeLessThanOrEqual(factors.rank * 6e-8 * size);
  });
}

/** Predicts on this thread, one kernel call between two cuts. */
function predictInParts({ rank, users, items }: AlsFactors, pairs: ReturnType<typeof randomPairs>, cuts: number[]) {
  const { stride } = kernelSizes(loadKernels().module, rank);
  const count = pairs.user.length;
  const plan = planMemory({
    x: ["f32", users.length / rank, stride],
    y: ["f32", items.length / rank, stride],
    user: ["i32", count],
    item: ["i32", count],
    out: ["f32", count + 1],
  });
  const memory = allocate(plan);
  const regions = new SharedRegions(plan, memory);
  const kernels = new Kernels(loadKernels().module, memory, plan);
  for (const [name, from] of [
    ["x", users],
    ["y", items],
  ] as const)
    for (let n = 0; n < from.length; n++) regions.f32(name)[Math.floor(n / rank) * stride + (n % rank)] = from[n];
  regions.i32("user").set(pairs.user);
  regions.i32("item").set(pairs.item);
  regions.f32("out").fill(77);
  for (let n = 1; n < cuts.length; n++) {
    const call = { kernel: "predictPairs", x: "x", y: "y", user: "user", item: "item", out: "out" } as const;
    expect(kernels.run(call, cuts[n - 1], cuts[n], 0)).toBe(0);
    expect(
      regions
        .f32("out")
        .subarray(cuts[n])
        .every((value) => value === 77),
    ).toBe(true);
  }
  return regions.f32("out").slice(0, count);
}

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

let predictor: Predictor | undefined;
afterEach(async () => {
  await predictor?.close();
  predictor = undefined;
});

describe.each(backends)("predictions on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([1, 2, 3, 4, 5, 8, 10, 12, 13, 16, 32, 63, 64, 255, 256])("are dot products at rank %i", (rank) => {
    const factors = randomFactors(rank, rank);
    const pairs = randomPairs(301, rank);
    expectPredictions(factors, pairs, predictInParts(factors, pairs, [0, 301]));
  });

  it("have the same bits however the pairs are split and ordered, and nothing else is written", () => {
    const factors = randomFactors(10, 5);
    const pairs = randomPairs(67, 5);
    const whole = predictInParts(factors, pairs, [0, 67]);
    const cuts = fc
      .uniqueArray(fc.integer({ min: 1, max: 66 }), { maxLength: 12 })
      .map((at) => [0, ...at.sort((a, b) => a - b), 67]);
    const order = fc.shuffledSubarray([...pairs.user.keys()], { minLength: 67 });
    fc.assert(
      fc.property(cuts, order, (bounds, places) => {
        expect(bits(predictInParts(factors, pairs, bounds))).toEqual(bits(whole));
        const moved = {
          user: Int32Array.from(places, (n) => pairs.user[n]),
          item: Int32Array.from(places, (n) => pairs.item[n]),
        };
        const want = Float32Array.from(places, (n) => whole[n]);
        expect(bits(predictInParts(factors, moved, bounds))).toEqual(bits(want));
      }),
      { numRuns: 40 },
    );
  });

  it("are NaN where there is no row at all", () => {
    const factors = { ...randomFactors(3, 1), items: new Float32Array(0) };
    const pairs = { user: Int32Array.of(0, 1, 2, 3, 4), item: Int32Array.of(0, 0, -1, 1, 0) };
    expect([...predictInParts(factors, pairs, [0, 5])]).toEqual(new Array(5).fill(Number.NaN));
  });

  it("have the same bits with 1, 2 and 3 workers as on the calling thread, over many batches", async () => {
    const factors = randomFactors(10, 7, 2000, 500);
    const count = 1_234_567; // three batches on workers, with an odd rest
    const pairs = randomPairs(count, 7, 2000, 500);
    predictor = await Predictor.start(factors, { expected: 1 << 20 });
    const inline = await predictor.predict(pairs);
    expectPredictions(
      factors,
      { user: pairs.user.subarray(-2000), item: pairs.item.subarray(-2000) },
      inline.subarray(-2000),
    );
    for (const threads of [1, 2, 3]) {
      await predictor.close();
      predictor = await Predictor.start(factors, { threads });
      const out = new Float32Array(count);
      expect(await predictor.predict(pairs, out)).toBe(out);
      expect(Buffer.from(out.buffer).equals(Buffer.from(inline.buffer)), `${threads} workers`).toBe(true);
    }
  });
});

describe("a predictor", () => {
  const factors = randomFactors(4, 2);

  it("answers no pairs with none", async () => {
    predictor = await Predictor.start(factors, { threads: 2 });
    expect(await predictor.predict({ user: new Int32Array(0), item: new Int32Array(0) })).toEqual(new Float32Array(0));
  });

  it("answers calls that overlap each with its own pairs", async () => {
    const one = await Predictor.start(factors, { threads: 2 });
    predictor = one;
    const sets = [1, 2, 3, 4].map((seed) => randomPairs(700_000, seed));
    const got = await Promise.all(sets.map((pairs) => one.predict(pairs)));
    for (const [n, pairs] of sets.entries()) {
      const last = { user: pairs.user.subarray(-500), item: pairs.item.subarray(-500) };
      expectPredictions(factors, last, got[n].subarray(-500));
    }
  });

  it("stops when it is told to, and then gives no more predictions", async () => {
    const one = await Predictor.start(factors, { threads: 2 });
    predictor = one;
    const stop = new AbortController();
    const reason = new Error("enough");
    const pairs = randomPairs(3_000_000, 1);
    const run = { signal: stop.signal, onProgress: () => stop.abort(reason) };
    await expect(one.predict(pairs, undefined, run)).rejects.toBe(reason);
    await expect(one.predict(randomPairs(3, 1))).rejects.toThrow("no more pairs");
  });

  it("refuses what does not fit together, by name", async () => {
    await expect(Predictor.start({ ...factors, rank: 0 })).rejects.toThrow("rank: expected an integer from 1 to 256");
    await expect(Predictor.start({ ...factors, items: new Float32Array(5) })).rejects.toThrow(
      "items: expected rows of 4 factors, got 5",
    );
    await expect(Predictor.start(factors, { threads: 0 })).rejects.toThrow("threads: expected an integer");
    predictor = await Predictor.start(factors, { expected: 10 });
    const user = Int32Array.of(1, 2);
    await expect(predictor.predict({ user, item: Int32Array.of(1) })).rejects.toThrow(
      "item: expected 2 rows, one a user, got 1",
    );
    await expect(predictor.predict({ user, item: user }, new Float32Array(3))).rejects.toThrow(
      "out: expected 2 places, one a pair, got 3",
    );
    expect((await predictor.predict({ user, item: user })).length).toBe(2);
  });
});
