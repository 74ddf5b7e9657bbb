/*
 * Alternating least squares on the kernels, with the conventions of Spark MLlib's ALS: an iteration solves the items from the users,
 * then the users from the new items; regularisation is scaled by each row's ratings.
 */
import type { RunOptions } from "../base/progress.js";
import { KernelPool, threadCount } from "../pool/pool.js";
import type { Program, Step } from "../pool/program.js";
import { RowError } from "../pool/runner.js";
import type { KernelSizes } from "../wasm/kernels.js";
import { loadKernels } from "../wasm/module.js";
import { type Course, type IterationFacts, shouldStop } from "./course.js";
import { foldIn, type InitialFactors } from "./foldin.js";
import { type AlsOptions, checkAlsOptions, ridgesOf } from "./options.js";
import { planAls } from "./plan.js";
import { compressRows, type Ratings, type Segment, type Side } from "./ratings.js";
import { heavyFirst } from "./schedule.js";

export interface AlsRunOptions extends RunOptions {
  /** How many workers; all cores by default. The result does not depend on it. */
  threads?: number;
  /** What is trained together; everything by default. Segments must not share rows. */
  segments?: readonly Segment[];
  /**
   * Factors to start from, f32[users, rank] and f32[items, rank]; random directions by default. A row of NaN is unknown: it is
   * folded in from the known rows of the other side (`foldIn`), or where that cannot be starts in a random direction.
   */
  initial?: InitialFactors;
}

/** Factors, f32[users, rank] and f32[items, rank], row-major. */
export interface AlsFactors {
  rank: number;
  users: Float32Array;
  items: Float32Array;
}

/** Factors, and how the training of each segment went. */
export interface AlsResult extends AlsFactors {
  courses: readonly Course[];
}

/** A row's equations have no unique finite solution. */
export class NoSolutionError extends Error {
  override readonly name = "NoSolutionError";
  constructor(
    readonly side: "user" | "item",
    readonly row: number,
  ) {
    super(`the equations of ${side} ${row} have no unique finite solution`);
  }
}

/** A training job on its shared memory, from the first iteration to the statistics of the result. */
export class AlsJob {
  readonly #pool: KernelPool;
  readonly #options: AlsOptions;
  readonly #sizes: KernelSizes;
  readonly #shape: { users: number; items: number };
  readonly #signal: AbortSignal | undefined;

  private constructor(ratings: Ratings, options: AlsOptions, threads: number, signal?: AbortSignal) {
    const { users, items, user, item, rating } = ratings;
    const { plan, sizes } = planAls({ users, items, ratings: rating.length, rank: options.rank, threads });
    this.#pool = new KernelPool(loadKernels().module, plan, threads);
    this.#options = options;
    this.#sizes = sizes;
    this.#shape = { users, items };
    this.#signal = signal;
    const { regions } = this.#pool;
    const by = (side: Side) => ({
      ptr: regions.u32(`${side}Ptr`),
      idx: regions.i32(`${side}Idx`),
      val: regions.f32(`${side}Val`),
    });
    compressRows(users, user, item, rating, by("user"));
    compressRows(items, item, user, rating, by("item"));
  }

  /** Lays the ratings out in shared memory, starts the workers and sets the initial factors. */
  static async start(ratings: Ratings, options: AlsOptions, run: AlsRunOptions = {}): Promise<AlsJob> {
    checkAlsOptions(options);
    run.signal?.throwIfAborted();
    const threads = threadCount(run.threads);
    const segments = run.segments ?? [wholeSegment(ratings)];
    const initial = run.initial && (await foldIn(ratings, options, run.initial, segments, run.signal));
    const job = new AlsJob(ratings, options, threads, run.signal);
    try {
      await job.#initialise(initial);
      return job;
    } catch (error) {
      await job.close();
      throw error;
    }
  }

  /** Runs iterations over one segment, until the objective hardly falls any more or all are done. */
  async iterate(
    segment: Segment,
    onIteration: (done: number, facts: IterationFacts) => void = () => {},
  ): Promise<Course> {
    const { maxIter, tolerance } = this.#options;
    const { regions } = this.#pool;
    const block = this.#sizes.objectiveBlockRows;
    heavyFirst(regions.u32("itemPtr"), ...segment.items, block, regions.u32("itemOrder"));
    heavyFirst(regions.u32("userPtr"), ...segment.users, block, regions.u32("userOrder"));
    const items = this.#halfStep("item", segment.users, segment.items);
    const users = this.#halfStep("user", segment.items, segment.users);
    const objectives: number[] = [];
    while (objectives.length < maxIter) {
      const start = performance.now();
      try {
        await this.#pool.runProgram([...items, ...users], this.#signal);
      } catch (error) {
        if (error instanceof RowError)
          throw new NoSolutionError(error.step < items.length ? "item" : "user", error.row);
        throw error;
      }
      const objective = this.#objective(segment);
      objectives.push(objective);
      onIteration(objectives.length, { objective, milliseconds: performance.now() - start });
      if (shouldStop(objectives, tolerance)) return { objectives, stopped: "tolerance" };
    }
    return { objectives, stopped: "maxIter" };
  }

  /**
   * Mean and population standard deviation of dot(user, item) over the ratings of users [first, last), summed in float64.
   */
  async predictionStatistics(first: number, last: number): Promise<{ mean: number; std: number }> {
    const ptr = this.#pool.regions.u32("userPtr");
    const count = ptr[last] - ptr[first];
    const mean = (await this.#deviations(first, last, 0)).sum / count;
    const { sum, squares } = await this.#deviations(first, last, mean);
    // What is left of the sum corrects the rounding of the mean (the corrected two-pass algorithm of Chan, Golub, LeVeque).
    return { mean, std: Math.sqrt(Math.max(0, (squares - (sum * sum) / count) / count)) };
  }

  /** A copy of the factors. */
  factors(): AlsFactors {
    const { rank } = this.#options;
    return { rank, users: this.#unpad("users", this.#shape.users), items: this.#unpad("items", this.#shape.items) };
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #initialise(initial: AlsRunOptions["initial"]): Promise<void> {
    const { rank, seed } = this.#options;
    for (const [side, x] of [
      [0, "users"],
      [1, "items"],
    ] as const) {
      const rows = this.#shape[x];
      if (!initial || initial[x].includes(Number.NaN))
        await this.#run({ kernel: "initRows", x, rank, seed, side }, 0, rows, 4096);
      if (initial) this.#pad(x, initial[x], rows);
    }
  }

  /** The steps that solve one side, rows [first, last) of `to`, from the other side's rows `from`. */
  #halfStep(side: Side, from: Segment["users"], [first, last]: Segment["users"]): Program {
    const { rank, implicitPrefs, nonnegative, alpha } = this.#options;
    const [x, y] = side === "user" ? (["users", "items"] as const) : (["items", "users"] as const);
    const solve: Step = {
      call: {
        kernel: "solveRows",
        y,
        x,
        ptr: `${side}Ptr`,
        idx: `${side}Idx`,
        val: `${side}Val`,
        gram: "gram",
        rank,
        implicit: implicitPrefs,
        nonnegative,
        ...ridgesOf(this.#options),
        alpha,
        objective: `${side}Objective`,
        origin: first,
      },
      first,
      last,
      block: this.#sizes.objectiveBlockRows,
      order: `${side}Order`,
    };
    return implicitPrefs ? [...this.#gramSteps(y, from), solve] : [solve];
  }

  /** The steps that make the Gram matrix of rows [origin, end). */
  #gramSteps(y: "users" | "items", [origin, end]: Segment["users"]): Program {
    const { rank } = this.#options;
    const { gramBlockRows, stride } = this.#sizes;
    const blocks = Math.ceil((end - origin) / gramBlockRows);
    const partial = "gramPartials";
    return [
      { call: { kernel: "gramBlocks", x: y, origin, end, rank, partial }, first: 0, last: blocks, block: 1 },
      { call: { kernel: "sumGram", partial, blocks, rank, gram: "gram" }, first: 0, last: stride, block: 1 },
    ];
  }

  /** Loss and regularisation after a segment's users were solved: what they leave, and the items' share of the regularisation. */
  #objective({ users, items }: Segment): number {
    const sum = (side: Side, [first, last]: Segment["users"], column: 0 | 1) => {
      const sums = this.#pool.regions.f64(`${side}Objective`);
      const blocks = Math.ceil((last - first) / this.#sizes.objectiveBlockRows);
      let total = 0;
      for (let block = 0; block < blocks; block++) total += sums[2 * block + column];
      return total;
    };
    return sum("user", users, 0) + sum("item", items, 1);
  }

  async #deviations(first: number, last: number, centre: number): Promise<{ sum: number; squares: number }> {
    const { rank } = this.#options;
    const out = "deviations";
    await this.#run(
      { kernel: "deviationRows", x: "users", y: "items", ptr: "userPtr", idx: "userIdx", rank, centre, out },
      first,
      last,
      this.#sizes.objectiveBlockRows,
    );
    const rows = this.#pool.regions.f64(out);
    let sum = 0;
    let squares = 0;
    for (let row = first; row < last; row++) {
      sum += rows[2 * row];
      squares += rows[2 * row + 1];
    }
    return { sum, squares };
  }

  #run(call: Parameters<KernelPool["run"]>[0], first: number, last: number, block: number): Promise<void> {
    return this.#pool.run(call, { first, last, block }, this.#signal);
  }

  /** Writes the known rows of initial factors. */
  #pad(name: "users" | "items", from: Float32Array, rows: number): void {
    const { rank } = this.#options;
    const to = this.#pool.regions.f32(name);
    const { stride } = this.#sizes;
    for (let row = 0; row < rows; row++) {
      const values = from.subarray(row * rank, (row + 1) * rank);
      if (!Number.isNaN(values[0])) to.set(values, row * stride);
    }
  }

  #unpad(name: "users" | "items", rows: number): Float32Array {
    const { rank } = this.#options;
    const from = this.#pool.regions.f32(name);
    const { stride } = this.#sizes;
    const to = new Float32Array(rows * rank);
    for (let row = 0; row < rows; row++) to.set(from.subarray(row * stride, row * stride + rank), row * rank);
    return to;
  }
}

/** Trains segments one after the other. Progress counts `maxIter` iterations for each, also for one that stops early. */
export async function iterateAll(
  job: AlsJob,
  segments: readonly Segment[],
  maxIter: number,
  onProgress?: RunOptions["onProgress"],
): Promise<Course[]> {
  const total = segments.length * maxIter;
  const courses: Course[] = [];
  for (const [index, segment] of segments.entries()) {
    const report = (iteration: number, facts: IterationFacts) =>
      onProgress?.({ stage: "train", done: index * maxIter + iteration, total, unit: "iterations", ...facts });
    courses.push(await job.iterate(segment, report));
  }
  return courses;
}

/** Everything, as one segment. */
export function wholeSegment({ users, items }: Pick<Ratings, "users" | "items">): Segment {
  return { users: [0, users], items: [0, items] };
}

/**
 * Factorises ratings.
 *
 * @throws OptionError      a wrong option
 * @throws RangeError       initial factors of the wrong length, or neither finite nor NaN
 * @throws NoSolutionError  the first row without a unique finite solution (no regularisation and too few ratings)
 */
export async function trainAls(ratings: Ratings, options: AlsOptions, run: AlsRunOptions = {}): Promise<AlsResult> {
  const job = await AlsJob.start(ratings, options, run);
  try {
    const segments = run.segments ?? [wholeSegment(ratings)];
    const courses = await iterateAll(job, segments, options.maxIter, run.onProgress);
    return { ...job.factors(), courses };
  } finally {
    await job.close();
  }
}
