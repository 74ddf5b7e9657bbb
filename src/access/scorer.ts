/*
 * Scores in bulk: the model's vectors in shared memory, pairs through it in batches.
 */
import type { RunOptions } from "../base/progress.js";
import type { ModelData } from "../model/data.js";
import { poolRegions } from "../pool/control.js";
import { InlinePool } from "../pool/inline.js";
import { KernelPool, threadCount } from "../pool/pool.js";
import type { KernelRunner } from "../pool/runner.js";
import { loadKernels } from "../wasm/module.js";
import { planMemory } from "../wasm/plan.js";

/** Pairs of a batch on workers; and up to how many pairs starting workers would take longer than scoring here, in small batches. */
const BATCH = 1 << 20;
const INLINE = 1 << 20;
const INLINE_BATCH = 1 << 16;
/** Pairs that a worker takes at a time. */
const PAIR_BLOCK = 1 << 14;

/** Rows of the model's two sides to score; -1 where unknown. */
export interface RowPairs {
  user: Int32Array;
  resource: Int32Array;
}

/** The kernels over one model's vectors. Close it. */
export class Scorer {
  readonly #pool: KernelRunner;
  readonly #batch: number;

  /**
   * @param components  i32[users], i32[resources]
   * @param expected    how many pairs will be scored; decides whether workers are started
   */
  constructor(
    data: ModelData,
    components: { users: Int32Array; resources: Int32Array },
    expected: number,
    threads?: number,
  ) {
    const inline = expected <= INLINE;
    const count = inline ? 1 : threadCount(threads);
    const stride = Math.ceil(data.dimension / 2) * 2;
    this.#batch = Math.max(1, Math.min(expected, inline ? INLINE_BATCH : BATCH));
    const plan = planMemory({
      ...poolRegions(count, 64),
      users: ["f64", data.users.name.length, stride],
      resources: ["f64", data.resources.name.length, stride],
      userComponents: ["i32", data.users.name.length],
      resourceComponents: ["i32", data.resources.name.length],
      user: ["i32", this.#batch],
      resource: ["i32", this.#batch],
      out: ["f64", this.#batch],
    });
    const { module } = loadKernels();
    this.#pool = inline ? new InlinePool(module, plan) : new KernelPool(module, plan, count);
    const { regions } = this.#pool;
    pad(data.users.vectors, data.dimension, regions.f64("users"), stride);
    pad(data.resources.vectors, data.dimension, regions.f64("resources"), stride);
    regions.i32("userComponents").set(components.users);
    regions.i32("resourceComponents").set(components.resources);
  }

  /** @returns f64[n]: the score, NaN where a side is unknown, Infinity across components */
  async score({ user, resource }: RowPairs, { signal, onProgress }: RunOptions = {}): Promise<Float64Array> {
    const { regions } = this.#pool;
    const total = user.length;
    const scores = new Float64Array(total);
    for (let begin = 0; begin < total; begin += this.#batch) {
      const end = Math.min(begin + this.#batch, total);
      regions.i32("user").set(user.subarray(begin, end));
      regions.i32("resource").set(resource.subarray(begin, end));
      await this.#pool.run(
        {
          kernel: "scorePairs",
          users: "users",
          resources: "resources",
          userComponents: "userComponents",
          resourceComponents: "resourceComponents",
          user: "user",
          resource: "resource",
          out: "out",
        },
        { first: 0, last: end - begin, block: PAIR_BLOCK },
        signal,
      );
      scores.set(regions.f64("out").subarray(0, end - begin), begin);
      onProgress?.({ stage: "score", done: end, total, unit: "accesses" });
    }
    return scores;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

function pad(from: Float64Array, dimension: number, to: Float64Array, stride: number): void {
  for (let row = 0; row * dimension < from.length; row++)
    to.set(from.subarray(row * dimension, (row + 1) * dimension), row * stride);
}
