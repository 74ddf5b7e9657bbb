import { OptionError } from "../base/errors.js";

/** Alternating least squares, with the names, meanings and defaults of Spark MLlib's `ALS`. */
export interface AlsOptions {
  /** Number of latent factors, 1 to 256. */
  rank: number;
  /** Iterations; each solves the items first, then the users. */
  maxIter: number;
  /** Regularisation, scaled by the number of ratings of a row. */
  regParam: number;
  /** Confidence of an implicit rating of one: c = alpha |r|. */
  alpha: number;
  /** Implicit feedback (Hu, Koren, Volinsky) or explicit ratings. */
  implicitPrefs: boolean;
  /** Factors at or above zero. */
  nonnegative: boolean;
  /** Seed of the initial factors. */
  seed: number;
}

export const alsDefaults: AlsOptions = {
  rank: 10,
  maxIter: 10,
  regParam: 0.1,
  alpha: 1,
  implicitPrefs: false,
  nonnegative: false,
  seed: 0,
};

/** @throws OptionError naming the first option that is wrong */
export function checkAlsOptions(options: AlsOptions): void {
  checkInteger("rank", options.rank, 1, 256);
  checkInteger("maxIter", options.maxIter, 0, 100_000);
  checkNumber("regParam", options.regParam, 0);
  checkNumber("alpha", options.alpha, 0);
  checkInteger("seed", options.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
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
