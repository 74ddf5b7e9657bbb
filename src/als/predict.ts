/*
 * Predictions of given pairs from trained factors.
 */
import { OptionError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import { layRows, PairKernel, type PairOptions } from "../pool/pairs.js";
import { kernelSizes } from "../wasm/kernels.js";
import { loadKernels } from "../wasm/module.js";
import type { AlsFactors } from "./factors.js";
import { checkInteger } from "./options.js";

/** Rows of users' and items' factors, pair by pair: i32[n] each. What is no row, such as -1, is unknown. */
export interface UserItemPairs {
  user: Int32Array;
  item: Int32Array;
}

/**
 * Predicts ratings of given pairs, many times over: it keeps the factors in shared memory and its workers running. Close it.
 *
 * A prediction is the dot product of the user's and the item's factors, summed in float32. Its bits depend on these two rows alone,
 * not on the other pairs, their order or the number of workers.
 *
 * @example
 * const predictor = await Predictor.start(factors);
 * const ratings = await predictor.predict({ user: Int32Array.of(0, 7), item: Int32Array.of(3, -1) }); // [0.93, NaN]
 * await predictor.close();
 *
 * @see Spark MLlib ALSModel.transform with coldStartStrategy "nan"
 */
export class Predictor {
  readonly #kernel: PairKernel<Float32Array>;

  private constructor({ rank, users, items }: AlsFactors, options: PairOptions) {
    const { stride } = kernelSizes(loadKernels().module, rank);
    this.#kernel = new PairKernel<Float32Array>(
      "f32",
      { x: ["f32", users.length / rank, stride], y: ["f32", items.length / rank, stride] },
      ({ left, right, out }) => ({ kernel: "predictPairs", x: "x", y: "y", user: left, item: right, out }),
      options,
    );
    const { regions } = this.#kernel;
    layRows(users, rank, regions.f32("x"), stride);
    layRows(items, rank, regions.f32("y"), stride);
  }

  /**
   * Lays factors out in shared memory and starts workers.
   *
   * @param factors  f32[users, rank] and f32[items, rank]; copied
   * @throws OptionError  when the rank is none, the factors are not whole rows, or an option is wrong
   * @throws DataError    when factors and buffers do not fit into one 4 GiB memory
   */
  static async start(factors: AlsFactors, options: PairOptions = {}): Promise<Predictor> {
    checkInteger("rank", factors.rank, 1, 256);
    for (const side of ["users", "items"] as const)
      if (factors[side].length % factors.rank !== 0)
        throw new OptionError(side, `rows of ${factors.rank} factors`, factors[side].length);
    return new Predictor(factors, options);
  }

  /**
   * Predicts pairs. Calls that overlap in time wait for each other.
   *
   * @param pairs  not to be changed before the predictions are there
   * @param out    f32[n] to write them to; a new array by default, which costs more than the predictions when memory is fresh
   * @returns `out`: a prediction a pair, in their order; NaN where the user or the item is unknown
   * @throws OptionError    when lengths differ
   * @throws signal.reason  when the signal stops it; there are no more predictions then
   * @throws ByomlError     when a worker is lost; likewise
   */
  async predict(
    { user, item }: UserItemPairs,
    out: Float32Array = new Float32Array(user.length),
    run: RunOptions = {},
  ): Promise<Float32Array> {
    if (item.length !== user.length) throw new OptionError("item", `${user.length} rows, one a user`, item.length);
    if (out.length !== user.length) throw new OptionError("out", `${user.length} places, one a pair`, out.length);
    await this.#kernel.run(user, item, out, run);
    return out;
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await this.#kernel.close();
  }
}
