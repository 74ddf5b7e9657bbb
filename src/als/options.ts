import { OptionError } from "../base/errors.js";

export const regularizations = ["scaled", "constant"] as const;
export type Regularization = (typeof regularizations)[number];

export const solvers = ["direct", "fast"] as const;
export type Solver = (typeof solvers)[number];

/**
 * Alternating least squares, with the names, meanings and defaults of Spark MLlib's `ALS`; `tolerance`, `regularization` and `solver`
 * are ours, and their defaults do as Spark does.
 */
export interface AlsOptions {
  /** Number of latent factors, 1 to 256. */
  rank: number;
  /** Iterations at most; each solves the items first, then the users. */
  maxIter: number;
  /**
   * Stops after the first iteration over which the objective falls by at most this share of itself (`shouldStop`); 0 runs all
   * `maxIter` iterations.
   */
  tolerance: number;
  /** Regularisation, lambda. */
  regParam: number;
  /**
   * What the factors of a row are held small with: "scaled" is lambda times the row's ratings (in implicit feedback those above
   * zero), as in Spark MLlib; "constant" is lambda for every row, as in `implicit`.
   */
  regularization: Regularization;
  /** Confidence of an implicit rating of one: c = alpha |r|. */
  alpha: number;
  /** Implicit feedback (Hu, Koren, Volinsky) or explicit ratings. */
  implicitPrefs: boolean;
  /** Factors at or above zero. */
  nonnegative: boolean;
  /**
   * How a row's equations are solved: "direct" exactly, up to rounding; "fast" by some steps of conjugate gradients from the
   * factors of the iteration before, for free factors in implicit feedback with some regularisation alone: several times faster at
   * ranks above 32.
   */
  solver: Solver;
  /** Seed of the initial factors. */
  seed: number;
}

export const alsDefaults: AlsOptions = {
  rank: 10,
  maxIter: 10,
  tolerance: 0,
  regParam: 0.1,
  regularization: "scaled",
  alpha: 1,
  implicitPrefs: false,
  nonnegative: false,
  solver: "direct",
  seed: 0,
};

/** @throws OptionError naming the first option that is wrong */
export function checkAlsOptions(options: AlsOptions): void {
  checkInteger("rank", options.rank, 1, 256);
  checkInteger("maxIter", options.maxIter, 0, 100_000);
  checkNumber("tolerance", options.tolerance, 0);
  checkNumber("regParam", options.regParam, 0);
  checkWord("regularization", options.regularization, regularizations);
  checkNumber("alpha", options.alpha, 0);
  checkSolver(options);
  checkInteger("seed", options.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

/** The regularisation as the kernels take it: `lambda` for each of a row's ratings, `ridge` for the row itself. */
export function ridgesOf({ regularization, regParam }: AlsOptions): { lambda: number; ridge: number } {
  return regularization === "scaled" ? { lambda: regParam, ridge: 0 } : { lambda: 0, ridge: regParam };
}

function checkSolver({ solver, nonnegative, implicitPrefs, regParam }: AlsOptions): void {
  checkWord("solver", solver, solvers);
  if (solver === "direct") return;
  if (nonnegative) throw new OptionError("solver", '"direct" for nonnegative factors', solver);
  if (!implicitPrefs) throw new OptionError("solver", '"direct" for explicit feedback', solver);
  if (regParam === 0) throw new OptionError("solver", '"direct" where regParam is 0', solver);
}

/** @throws OptionError unless `value` is one of `words` */
export function checkWord(option: string, value: unknown, words: readonly string[]): void {
  if (typeof value !== "string" || !words.includes(value))
    throw new OptionError(option, `one of ${words.join(", ")}`, value);
}

/** @throws OptionError unless `value` is an integer from `low` to `high` */
export function checkInteger(option: string, value: unknown, low: number, high: number): void {
  if (!Number.isInteger(value) || (value as number) < low || (value as number) > high)
    throw new OptionError(
      option,
      Math.abs(low) === Number.MAX_SAFE_INTEGER ? "an integer" : `an integer from ${low} to ${high}`,
      value,
    );
}

/** @throws OptionError unless `value` is a finite number at or above `low` */
export function checkNumber(option: string, value: unknown, low: number): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value < low || value > 3e38)
    throw new OptionError(option, `a finite number at or above ${low}`, value);
}
