import { afterEach, describe, expect, it } from "vitest";
import { ByomlError } from "../../src/base/errors.js";
import { poolRegions } from "../../src/pool/control.js";
import { KernelPool } from "../../src/pool/pool.js";
import { loadKernels } from "../../src/wasm/module.js";
import { planMemory } from "../../src/wasm/plan.js";

const ROWS = 200_000;
const plan = planMemory({ ...poolRegions(2, 64), x: ["f32", ROWS, 8] });
let pool: KernelPool;
afterEach(() => pool.close());

describe("the worker pool", () => {
  it("shares blocks out and covers every row once", async () => {
    pool = new KernelPool(loadKernels().module, plan, 2);
    await pool.run({ kernel: "initRows", x: "x", rank: 8, seed: 1, side: 0 }, { first: 10, last: ROWS - 10, block: 7 });
    const x = pool.regions.f32("x");
    expect(x.subarray(0, 80).every((value) => value === 0)).toBe(true);
    expect(x.subarray(-80).every((value) => value === 0)).toBe(true);
    for (let row = 10; row < ROWS - 10; row++)
      expect(Math.hypot(...x.subarray(row * 8, row * 8 + 8))).toBeCloseTo(1, 5);
  });

  it("turns a trap into an error that says what to do, and does not hang", async () => {
    pool = new KernelPool(loadKernels().module, plan, 2);
    const outOfBounds = { first: ROWS * 1000, last: ROWS * 1000 + 2, block: 1 };
    const failure = await pool
      .run({ kernel: "initRows", x: "x", rank: 8, seed: 1, side: 0 }, outOfBounds)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ByomlError);
    expect(failure).toMatchObject({ kind: "internal", hint: expect.stringContaining("Nothing was written") });
    expect((failure as Error).message).toMatch(/a worker failed in initRows: memory access out of bounds/);
  });

  it("rejects with the signal's reason when it is stopped midway", async () => {
    pool = new KernelPool(loadKernels().module, plan, 2);
    const stop = new AbortController();
    const run = pool.run(
      { kernel: "initRows", x: "x", rank: 8, seed: 1, side: 0 },
      { first: 0, last: ROWS, block: 1 },
      stop.signal,
    );
    stop.abort(new Error("stopped"));
    await expect(run).rejects.toThrow("stopped");
  });
});
