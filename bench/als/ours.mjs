/* Our side: training jobs whose iterations are timed one by one. */
import { alsDefaults } from "../../dist/als/options.js";
import { AlsJob, wholeSegment } from "../../dist/als/train.js";
import { objective } from "./objective.mjs";

/** Workers of our side; the peers have as many threads. */
export const THREADS = 2;

/** The solver of the rank 64 rows. Where it is not "direct", its acceptance (acceptance.mjs) is checked and printed. */
export const RANK64_SOLVER = "fast";

/** Regularisation that implicit and we share: its default. */
export const CONSTANT_LAMBDA = 0.01;

/** What the rows against implicit train: its objective. */
export function constantOptions(rank) {
  return {
    ...alsDefaults,
    ...{ rank, regParam: CONSTANT_LAMBDA, regularization: "constant", implicitPrefs: true, seed: 1 },
    solver: rank >= 64 ? RANK64_SOLVER : "direct",
  };
}

/** What the rows against Spark train. */
export const sparkOptions = {
  ...alsDefaults,
  ...{ rank: 10, regParam: 1, regularization: "scaled", implicitPrefs: true, nonnegative: true, seed: 1 },
};

/** A job that iterates in portions; close it. */
export class TimedJob {
  #job;
  #segment;

  constructor(job, segment) {
    this.#job = job;
    this.#segment = segment;
  }

  /** @param portion  iterations of a call of `iterate` */
  static async start(ratings, options, { portion, threads = THREADS, initial }) {
    const job = await AlsJob.start(ratings, { ...options, maxIter: portion }, { threads, initial });
    return new TimedJob(job, wholeSegment(ratings));
  }

  /** Runs a portion of iterations; gives the milliseconds of each. */
  async iterate() {
    const times = [];
    let last = performance.now();
    await this.#job.iterate(this.#segment, () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
    });
    return times;
  }

  factors() {
    return this.#job.factors();
  }

  close() {
    return this.#job.close();
  }
}

/** Trains from the start; gives the milliseconds of the start and of each iteration, and the factors. */
export async function trained(ratings, options, iterations, { initial, threads } = {}) {
  const begin = performance.now();
  const job = await TimedJob.start(ratings, options, { portion: iterations, threads, initial });
  try {
    const start = performance.now() - begin;
    return { start, times: await job.iterate(), factors: job.factors() };
  } finally {
    await job.close();
  }
}

/** How many iterations until the objective is at or below a value, at most `limit`; throws when that is not enough. */
export async function iterationsTo(target, ratings, options, { initial, limit = 100 } = {}) {
  const job = await TimedJob.start(ratings, options, { portion: 1, initial });
  try {
    for (let done = 1; done <= limit; done++) {
      await job.iterate();
      if (objective(ratings, job.factors(), options) <= target) return done;
    }
  } finally {
    await job.close();
  }
  throw new Error(`the objective ${target} was not reached in ${limit} iterations`);
}
