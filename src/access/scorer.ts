/*
 * Scores in bulk: the model's vectors in shared memory, pairs through it in batches.
 */
import { OptionError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import type { ModelData } from "../model/data.js";
import { layRows, PairKernel, type PairOptions } from "../pool/pairs.js";
import { scaledRows } from "./scaled.js";
import type { SeenRows } from "./seen.js";

/** Rows of the model's users and resources, pair by pair: i32[n] each. What is no row, such as -1, is unknown. */
export interface RowPairs {
  user: Int32Array;
  resource: Int32Array;
}

/** Component numbers of a model's rows, i32[users] and i32[resources]; negative where a row cannot be scored. */
export interface RowComponents {
  users: Int32Array;
  resources: Int32Array;
}

/**
 * Scores given pairs, many times over: it keeps the model's vectors in shared memory and its workers running. Close it.
 *
 * A score's bits depend on the pair alone, not on the other pairs, their order or the number of workers.
 *
 * @see AccessAnomalyModel.openScorer
 */
export class AccessScorer {
  readonly #kernel: PairKernel<Float64Array>;
  readonly #seen: SeenRows | null;

  /** For `AccessAnomalyModel.openScorer`. */
  constructor(data: ModelData, components: RowComponents, seen: SeenRows | null, options: PairOptions = {}) {
    this.#seen = seen;
    this.#kernel = scaledKernel(data, components, options) ?? plainKernel(data, components, options);
  }

  /**
   * Scores pairs. Calls that overlap in time wait for each other.
   *
   * @param pairs  rows as `AccessAnomalyModel.rowsOf` gives them; not to be changed before the scores are there
   * @param out    f64[n] to write them to; a new array by default, which costs as much as the scores when memory is fresh
   * @returns `out`: a score a pair, in their order. 0 for an access of the history, else NaN where a side is unknown, else Infinity
   *          where no chain of accesses connects them, else deviations from the tenant's mean
   * @throws OptionError    when lengths differ
   * @throws signal.reason  when the signal stops it; there are no more scores then
   * @throws ByomlError     when a worker is lost; likewise
   */
  async score(
    { user, resource }: RowPairs,
    out: Float64Array = new Float64Array(user.length),
    run: RunOptions = {},
  ): Promise<Float64Array> {
    if (resource.length !== user.length)
      throw new OptionError("resource", `${user.length} rows, one a user`, resource.length);
    if (out.length !== user.length) throw new OptionError("out", `${user.length} places, one a pair`, out.length);
    await this.#kernel.run(user, resource, out, run);
    if (this.#seen) for (let n = 0; n < out.length; n++) if (this.#seen.has(user[n], resource[n])) out[n] = 0;
    return out;
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await this.#kernel.close();
  }
}

/** The kernel over float32 factors; null for vectors that are not made of such. */
function scaledKernel(data: ModelData, components: RowComponents, options: PairOptions) {
  const rows = scaledRows(data, components);
  if (!rows) return null;
  const { users, resources } = rows;
  const kernel = new PairKernel<Float64Array>(
    "f64",
    {
      users: ["f32", components.users.length, users.stride],
      resources: ["f32", components.resources.length, resources.stride],
    },
    ({ left, right, out }) => ({
      ...{ kernel: "scoreScaled", users: "users", resources: "resources", rank: data.dimension - 2 },
      ...{ user: left, resource: right, out },
    }),
    options,
  );
  kernel.regions.f32("users").set(users.words);
  kernel.regions.f32("resources").set(resources.words);
  return kernel;
}

/** The kernel over the vectors as they are. */
function plainKernel(data: ModelData, components: RowComponents, options: PairOptions) {
  const stride = Math.ceil(data.dimension / 2) * 2;
  const kernel = new PairKernel<Float64Array>(
    "f64",
    {
      users: ["f64", components.users.length, stride],
      resources: ["f64", components.resources.length, stride],
      userComponents: ["i32", components.users.length],
      resourceComponents: ["i32", components.resources.length],
    },
    ({ left, right, out }) => ({
      ...{ kernel: "scorePairs", users: "users", resources: "resources" },
      ...{ userComponents: "userComponents", resourceComponents: "resourceComponents" },
      ...{ user: left, resource: right, out },
    }),
    options,
  );
  const { regions } = kernel;
  layRows(data.users.vectors, data.dimension, regions.f64("users"), stride);
  layRows(data.resources.vectors, data.dimension, regions.f64("resources"), stride);
  regions.i32("userComponents").set(components.users);
  regions.i32("resourceComponents").set(components.resources);
  return kernel;
}
