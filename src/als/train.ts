/*
 * Alternating least squares on the kernels, with the conventions of Spark MLlib's ALS: an iteration solves the items from the users,
 * then the users from the new items; regularisation is scaled by each row's ratings.
 */
import type { RunOptions } from "../base/progress.js";
import { threadCount } from "../base/threads.js";
import { KernelPool } from "../pool/pool.js";
import type { Program } from "../pool/program.js";
import { RowError } from "../pool/runner.js";
import type { RatingsSource } from "../store/source.js";
import type { KernelSizes } from "../wasm/kernels.js";
import { loadKernels } from "../wasm/module.js";
import { type BudgetOptions, planJob } from "./budget.js";
import { type Course, type IterationFacts, shouldStop } from "./course.js";
import { DiskRatings } from "./disk-ratings.js";
import { type AlsFactors, padKnownRows, withoutPadding } from "./factors.js";
import { checkInitial, foldIn, type InitialFactors } from "./foldin.js";
import { halfStep } from "./half-step.js";
import { type JobRatings, MemoryRatings, type RowSpan } from "./job-ratings.js";
import { sortByLocality, TELLING_ITERATIONS } from "./locality.js";
import { type AlsOptions, checkAlsOptions } from "./options.js";
import { batchesOf, type Ratings, type Segment, type Side } from "./ratings.js";

export interface AlsRunOptions extends RunOptions, BudgetOptions {
  /** How many workers; all cores by default. The result does not depend on it. */
  threads?: number;
  /** What is trained together; everything by default. Segments must not share rows. */
  segments?: readonly Segment[];
  /** Where ratings are kept that do not fit into memory: a folder on a disk with room for 20 bytes a rating, 40 while they are sorted. */
  workFolder?: string;
  /** Wanted bytes of what is read at a time from there; chosen from the budget by default. The result does not depend on it. */
  partitionInBytes?: number;
  /**
   * Factors to start from, f32[users, rank] and f32[items, rank]; random directions by default. A row of NaN is unknown: where ratings
   * are in memory it is folded in from the known rows of the other side (`foldIn`), else it starts in a random direction.
   */
  initial?: InitialFactors;
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
  readonly #ratings: JobRatings;
  readonly #options: AlsOptions;
  readonly #sizes: KernelSizes;
  readonly #shape: { users: number; items: number };
  /** Iterations that were begun, by the first user of a segment. */
  readonly #iterations = new Map<number, number>();
  /** Whether factors were given to start from. */
  readonly #warm: boolean;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    pool: KernelPool,
    ratings: JobRatings,
    options: AlsOptions,
    sizes: KernelSizes,
    shape: { users: number; items: number },
    warm: boolean,
    signal?: AbortSignal,
  ) {
    this.#pool = pool;
    this.#ratings = ratings;
    this.#options = options;
    this.#sizes = sizes;
    this.#shape = shape;
    this.#warm = warm;
    this.#signal = signal;
  }

  /**
   * Lays the ratings out in shared memory, or in partitions on disk where they do not fit, starts the workers and sets the initial
   * factors.
   *
   * @throws OptionError  a wrong option, or a budget that is too little
   * @throws ByomlError   what the disk refuses
   */
  static async start(source: Ratings | RatingsSource, options: AlsOptions, run: AlsRunOptions = {}): Promise<AlsJob> {
    checkAlsOptions(options);
    const { signal } = run;
    signal?.throwIfAborted();
    const { users, items } = source;
    const threads = threadCount(run.threads);
    const segments = run.segments ?? [wholeSegment(source)];
    if (run.initial) checkInitial(run.initial, source, options);
    const initial =
      run.initial && ("rating" in source ? await foldIn(source, options, run.initial, segments, signal) : run.initial);
    const { where, plan, sizes } = planJob(source, { users, items, rank: options.rank, threads }, run);
    const pool = new KernelPool(loadKernels().module, plan, threads);
    let ratings: JobRatings | undefined;
    try {
      const block = sizes.objectiveBlockRows;
      ratings =
        where === "memory"
          ? new MemoryRatings(pool.regions, source as Ratings, block)
          : await DiskRatings.build("batches" in source ? source : batchesOf(source), pool.regions, {
              ...run,
              segments,
              block,
            });
      const job = new AlsJob(pool, ratings, options, sizes, { users, items }, run.initial !== undefined, signal);
      await job.#initialise(initial);
      return job;
    } catch (error) {
      await pool.close();
      ratings?.close();
      throw error;
    }
  }

  /** Runs iterations over one segment, until the objective hardly falls any more or all are done. */
  async iterate(
    segment: Segment,
    onIteration: (done: number, facts: IterationFacts) => void = () => {},
  ): Promise<Course> {
    const { maxIter, tolerance } = this.#options;
    const objectives: number[] = [];
    while (objectives.length < maxIter) {
      const start = performance.now();
      const begun = this.#begin(segment);
      if (begun === (this.#warm ? 0 : TELLING_ITERATIONS)) await this.#sort(segment);
      const cold = begun === 0 && !this.#warm;
      const items = this.#halfStep("item", segment.users, segment.items, cold);
      const users = this.#halfStep("user", segment.items, segment.users, cold);
      try {
        await this.#pool.runProgram([...items, ...users], this.#run);
      } catch (error) {
        if (error instanceof RowError) throw this.#noSolution(error.step < items.length ? "item" : "user", error.row);
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
    const count = this.#ratings.count([first, last]);
    const mean = (await this.#deviations(first, last, 0)).sum / count;
    const { sum, squares } = await this.#deviations(first, last, mean);
    // What is left of the sum corrects the rounding of the mean (the corrected two-pass algorithm of Chan, Golub, LeVeque).
    return { mean, std: Math.sqrt(Math.max(0, (squares - (sum * sum) / count) / count)) };
  }

  /** A copy of the factors. */
  factors(): AlsFactors {
    const { rank } = this.#options;
    const rowsOf = (side: Side, x: "users" | "items") =>
      withoutPadding(this.#pool.regions.f32(x), this.#sizes.stride, this.#shape[x], rank, this.#ratings.placesOf(side));
    return { rank, users: rowsOf("user", "users"), items: rowsOf("item", "items") };
  }

  /** Ends the workers, and removes what is on disk. */
  async close(): Promise<void> {
    await this.#pool.close();
    this.#ratings.close();
  }

  async #initialise(initial: AlsRunOptions["initial"]): Promise<void> {
    const { rank, seed } = this.#options;
    for (const [side, x] of [
      [0, "users"],
      [1, "items"],
    ] as const) {
      const rows = this.#shape[x];
      if (!initial || initial[x].includes(Number.NaN)) {
        const call = { kernel: "initRows", x, rank, seed, side } as const;
        await this.#pool.run(call, { first: 0, last: rows, block: 4096 }, this.#signal);
      }
      if (initial) padKnownRows(initial[x], rank, this.#pool.regions.f32(x), this.#sizes.stride);
    }
  }

  /** Counts an iteration over a segment; returns how many were begun before. */
  #begin({ users: [first] }: Segment): number {
    const before = this.#iterations.get(first) ?? 0;
    this.#iterations.set(first, before + 1);
    return before;
  }

  /** Brings rows that have much in common together, where it is worth while. */
  async #sort(segment: Segment): Promise<void> {
    const { sortable } = this.#ratings;
    const shape = { rank: this.#options.rank, sizes: this.#sizes };
    if (sortable) await sortByLocality(this.#pool, sortable, segment, shape, this.#run);
  }

  #noSolution(side: Side, position: number): NoSolutionError {
    const places = this.#ratings.placesOf(side);
    return new NoSolutionError(side, places ? places.indexOf(position) : position);
  }

  #halfStep(side: Side, from: RowSpan, rows: RowSpan, cold: boolean): Program {
    return halfStep({ side, from, rows, cold, options: this.#options, sizes: this.#sizes, ratings: this.#ratings });
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
    const { ptr, idx } = this.#ratings.regionsOf("user");
    const { step, places } = this.#ratings.stepByUser([first, last]);
    const call = { kernel: "deviationRows", x: "users", y: "items", ptr, idx, places, rank, centre, out } as const;
    await this.#pool.runProgram([{ call, ...step }], this.#run);
    const rows = this.#pool.regions.f64(out);
    let sum = 0;
    let squares = 0;
    for (let row = first; row < last; row++) {
      sum += rows[2 * row];
      squares += rows[2 * row + 1];
    }
    return { sum, squares };
  }

  get #run() {
    return { signal: this.#signal, load: this.#ratings.load };
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
 * @throws ByomlError       what the disk refuses, when the ratings do not fit into memory
 * @throws NoSolutionError  the first row without a unique finite solution (no regularisation and too few ratings)
 */
export async function trainAls(
  ratings: Ratings | RatingsSource,
  options: AlsOptions,
  run: AlsRunOptions = {},
): Promise<AlsResult> {
  const job = await AlsJob.start(ratings, options, run);
  try {
    const segments = run.segments ?? [wholeSegment(ratings)];
    const courses = await iterateAll(job, segments, options.maxIter, run.onProgress);
    return { ...job.factors(), courses };
  } finally {
    await job.close();
  }
}
