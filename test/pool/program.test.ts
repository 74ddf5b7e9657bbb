import { afterEach, describe, expect, it } from "vitest";
import { ByomlError } from "../../src/base/errors.js";
import { poolRegions } from "../../src/pool/control.js";
import { KernelPool } from "../../src/pool/pool.js";
import type { Program } from "../../src/pool/program.js";
import { RowError } from "../../src/pool/runner.js";
import { kernelSizes } from "../../src/wasm/kernels.js";
import { loadKernels } from "../../src/wasm/module.js";
import { planMemory } from "../../src/wasm/plan.js";

const RANK = 6;
const ROWS = 5000;
const GRAM_BLOCKS = 5;
const { module } = loadKernels();
const sizes = kernelSizes(module, RANK);

/** Factors of 5,000 rows, their Gram matrix, and rows to solve whose ratings a test sets. */
const planFor = (threads: number) =>
  planMemory({
    ...poolRegions(threads, sizes.scratchBytes),
    y: ["f32", ROWS, sizes.stride],
    x: ["f32", ROWS, sizes.stride],
    gram: ["f32", sizes.gramBytes / 4],
    partials: ["f64", GRAM_BLOCKS, sizes.gramPartialBytes / 8],
    ptr: ["u32", ROWS + 1],
    idx: ["i32", ROWS],
    val: ["f32", ROWS],
    order: ["u32", Math.ceil(ROWS / 256)],
    objective: ["f64", Math.ceil(ROWS / 256), 2],
  });

const gramOf = (y: string): Program => [
  { call: { kernel: "initRows", x: y, rank: RANK, seed: 3, side: 0 }, first: 0, last: ROWS, block: 100 },
  {
    call: { kernel: "gramBlocks", x: y, origin: 0, end: ROWS, rank: RANK, partial: "partials" },
    ...{ first: 0, last: GRAM_BLOCKS, block: 1 },
  },
  {
    call: { kernel: "sumGram", partial: "partials", blocks: GRAM_BLOCKS, rank: RANK, gram: "gram" },
    ...{ first: 0, last: sizes.stride, block: 1 },
  },
];

const solve = (more: { lambda: number; order?: string }): Program => [
  {
    call: {
      ...{ kernel: "solveRows", y: "y", x: "x", ptr: "ptr", idx: "idx", val: "val", gram: "gram", rank: RANK },
      ...{ implicit: false, nonnegative: false, lambda: more.lambda, ridge: 0, alpha: 1 },
      ...{ objective: "objective", origin: 0 },
    },
    ...{ first: 0, last: ROWS, block: 256, order: more.order },
  },
];

let pool: KernelPool;
afterEach(() => pool.close());

/** One rating a row, so that without regularisation no row has a unique solution. */
function oneRatingEach({ regions }: KernelPool): void {
  regions.u32("ptr").forEach((_, row, ptr) => {
    ptr[row] = row;
  });
  regions.i32("idx").forEach((_, n, idx) => {
    idx[n] = n;
  });
  regions.f32("val").fill(2);
}

describe("a program of steps", () => {
  it("begins no step before the one before it is done, with any number of workers", async () => {
    pool = new KernelPool(module, planFor(1), 1);
    await pool.runProgram(gramOf("y"));
    const want = pool.regions.f32("gram").slice();
    expect(want[0]).toBeGreaterThan(0);
    for (const threads of [2, 5]) {
      await pool.close();
      pool = new KernelPool(module, planFor(threads), threads);
      for (let time = 0; time < 20; time++) {
        pool.regions.f32("gram").fill(-1);
        pool.regions.f32("y").fill(-1);
        await pool.runProgram(Array.from({ length: 5 }, () => gramOf("y")).flat());
        expect(pool.regions.f32("gram")).toEqual(want);
      }
    }
  });

  it("takes blocks in any order to the same bits", async () => {
    pool = new KernelPool(module, planFor(2), 2);
    oneRatingEach(pool);
    await pool.runProgram([...gramOf("y"), ...solve({ lambda: 0.1 })]);
    const want = pool.regions.f32("x").slice();
    expect(want.every((value, n) => n % sizes.stride >= RANK || value !== 0)).toBe(true);
    pool.regions.f32("x").fill(0);
    const order = pool.regions.u32("order");
    for (const n of order.keys()) order[n] = order.length - 1 - n;
    await pool.runProgram(solve({ lambda: 0.1, order: "order" }));
    expect(pool.regions.f32("x")).toEqual(want);
  });

  it("stops at a step in which rows fail, names the smallest, and can go on afterwards", async () => {
    pool = new KernelPool(module, planFor(3), 3);
    oneRatingEach(pool);
    const order = pool.regions.u32("order");
    for (const n of order.keys()) order[n] = order.length - 1 - n;
    // Rows 0 to 699 have no rating, which is the zero vector; row 700 is the first that fails.
    pool.regions.u32("ptr").fill(0, 0, 701);
    pool.regions.i32("idx").fill(0);
    for (let time = 0; time < 30; time++) {
      pool.regions.f32("gram").fill(-1);
      const failing = [...solve({ lambda: 0, order: "order" }), ...gramOf("x")];
      const failure = await pool.runProgram([...gramOf("y"), ...failing]).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RowError);
      expect(failure).toMatchObject({ row: 700, step: 3 });
    }
    await pool.runProgram(solve({ lambda: 0.1 }));
  });

  it("ends with an error when a worker is lost, and leaves no other waiting", async () => {
    pool = new KernelPool(module, planFor(3), 3);
    await pool.runProgram(gramOf("y"));
    // Steps of one block each: two of three workers are at a barrier nearly all the time.
    const oneByOne: Program = Array.from({ length: 3000 }, () => ({ ...gramOf("y")[0], block: ROWS }));
    const run = pool.runProgram([...gramOf("y"), ...oneByOne]);
    setTimeout(() => void pool.workers[1].terminate(), 50);
    const failure = await run.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ByomlError);
    expect((failure as Error).message).toMatch(/a worker failed in initRows: worker exited/);
    await expect(pool.runProgram(gramOf("y"))).rejects.toBe(failure);
  });

  it("replaces a worker that dies between programs", async () => {
    pool = new KernelPool(module, planFor(2), 2);
    await pool.runProgram(gramOf("y"));
    const want = pool.regions.f32("gram").slice();
    await pool.workers[0].terminate();
    for (let time = 0; time < 5; time++) await pool.runProgram(gramOf("y"));
    expect(pool.regions.f32("gram")).toEqual(want);
  });
});
