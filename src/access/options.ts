import { checkInteger, checkNumber } from "../als/options.js";
import { OptionError } from "../base/errors.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { AccessRows } from "./types.js";

/** Options of `AccessAnomaly`, with the names, meanings, defaults and rules of SynapseML's class of that name; `tolerance` is ours. */
export interface AccessAnomalyOptions {
  /** Column of the tenant: accesses of different tenants never mix. Default "tenant". */
  tenantCol?: string;
  /** Column of the user. Default "user". */
  userCol?: string;
  /** Column of the resource. Default "res". */
  resCol?: string;
  /** Column of how strongly the user accesses the resource. Default "likelihood". */
  likelihoodCol?: string;
  /** Column of the score. Default "anomaly_score". */
  outputCol?: string;
  /** Number of latent factors, 1 to 256. Default 10. */
  rank?: number;
  /** Iterations of alternating least squares, at most. Default 25. */
  maxIter?: number;
  /**
   * Stops after the first iteration over which the objective (of a tenant, where tenants are trained apart) falls by at most this
   * share of itself. Default 0: all iterations, as SynapseML does.
   */
  tolerance?: number;
  /** Regularisation, scaled by the accesses of each row. Default 1. */
  regParam?: number;
  /** Train each tenant by itself. Default false. */
  separateTenants?: boolean;
  /** Likelihoods are scaled per tenant to [lowValue, highValue]; null for both: taken as they are. Default 5 and 10. */
  lowValue?: number | null;
  highValue?: number | null;
  /** Implicit feedback; false: explicit feedback with a complement set. Default true. */
  applyImplicitCf?: boolean;
  /** Implicit feedback only: confidence of a likelihood of one. Default 1. */
  alpha?: number;
  /** Explicit feedback only: random unseen pairs for each access. Default 2. */
  complementsetFactor?: number;
  /** Explicit feedback only: the value of an unseen pair, below lowValue. Default 1. */
  negScore?: number;
  /** Accesses that count as seen (score 0) and that components are made from, instead of the training accesses. */
  historyAccess?: AccessRows | AccessTable | null;
  /** Seed of the initial factors and of the complement set. Default 0. */
  seed?: number;
}

/** All options with their values; what does not apply to the kind of feedback is null. */
export interface ResolvedOptions {
  tenantCol: string;
  userCol: string;
  resCol: string;
  likelihoodCol: string;
  outputCol: string;
  rank: number;
  maxIter: number;
  tolerance: number;
  regParam: number;
  separateTenants: boolean;
  lowValue: number | null;
  highValue: number | null;
  applyImplicitCf: boolean;
  alpha: number | null;
  complementsetFactor: number | null;
  negScore: number | null;
  seed: number;
}

const known: readonly string[] = [
  "tenantCol",
  "userCol",
  "resCol",
  "likelihoodCol",
  "outputCol",
  "rank",
  "maxIter",
  "tolerance",
  "regParam",
  "separateTenants",
  "lowValue",
  "highValue",
  "applyImplicitCf",
  "alpha",
  "complementsetFactor",
  "negScore",
  "historyAccess",
  "seed",
] satisfies (keyof AccessAnomalyOptions)[];

/**
 * Fills in defaults and checks every rule.
 *
 * @throws OptionError naming the first option that is wrong
 */
export function resolveOptions(options: AccessAnomalyOptions = {}): ResolvedOptions {
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw new OptionError(name, `no such option; there are ${known.join(", ")}`);
  const applyImplicitCf = options.applyImplicitCf ?? true;
  checkBoolean("applyImplicitCf", applyImplicitCf);
  const separateTenants = options.separateTenants ?? false;
  checkBoolean("separateTenants", separateTenants);
  const resolved: ResolvedOptions = {
    tenantCol: options.tenantCol ?? "tenant",
    userCol: options.userCol ?? "user",
    resCol: options.resCol ?? "res",
    likelihoodCol: options.likelihoodCol ?? "likelihood",
    outputCol: options.outputCol ?? "anomaly_score",
    rank: options.rank ?? 10,
    maxIter: options.maxIter ?? 25,
    tolerance: options.tolerance ?? 0,
    regParam: options.regParam ?? 1,
    separateTenants,
    lowValue: options.lowValue === undefined ? 5 : options.lowValue,
    highValue: options.highValue === undefined ? 10 : options.highValue,
    applyImplicitCf,
    alpha: applyImplicitCf ? (options.alpha ?? 1) : null,
    complementsetFactor: applyImplicitCf ? null : (options.complementsetFactor ?? 2),
    negScore: applyImplicitCf ? null : (options.negScore ?? 1),
    seed: options.seed ?? 0,
  };
  checkColumns(resolved);
  checkInteger("rank", resolved.rank, 1, 256);
  checkInteger("maxIter", resolved.maxIter, 0, 100_000);
  checkNumber("tolerance", resolved.tolerance, 0);
  checkNumber("regParam", resolved.regParam, 0);
  checkInteger("seed", resolved.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkScaling(resolved);
  checkFeedback(options, resolved);
  return resolved;
}

function checkBoolean(option: string, value: unknown): void {
  if (typeof value !== "boolean") throw new OptionError(option, "true or false", value);
}

function checkColumns(resolved: ResolvedOptions): void {
  const seen = new Map<string, string>();
  for (const option of ["tenantCol", "userCol", "resCol", "likelihoodCol", "outputCol"] as const) {
    const name = resolved[option];
    if (typeof name !== "string" || name === "") throw new OptionError(option, "the name of a column", name);
    const other = seen.get(name);
    if (other) throw new OptionError(option, `a name of its own, ${JSON.stringify(name)} is ${other} already`);
    seen.set(name, option);
  }
}

function checkScaling({ lowValue, highValue }: ResolvedOptions): void {
  if ((lowValue === null) !== (highValue === null))
    throw new OptionError(
      lowValue === null ? "lowValue" : "highValue",
      `both or neither of lowValue and highValue, got ${lowValue} and ${highValue}`,
    );
  if (lowValue === null || highValue === null) return;
  checkNumber("lowValue", lowValue, 1);
  checkNumber("highValue", highValue, 1);
  if (highValue <= lowValue) throw new OptionError("highValue", `a number above lowValue (${lowValue})`, highValue);
}

function checkFeedback(given: AccessAnomalyOptions, resolved: ResolvedOptions): void {
  if (resolved.applyImplicitCf) {
    for (const option of ["complementsetFactor", "negScore"] as const)
      if (given[option] !== undefined)
        throw new OptionError(option, "only with explicit feedback (applyImplicitCf false)", given[option]);
    checkNumber("alpha", resolved.alpha, 0);
    return;
  }
  if (given.alpha !== undefined)
    throw new OptionError("alpha", "only with implicit feedback (applyImplicitCf true)", given.alpha);
  checkInteger("complementsetFactor", resolved.complementsetFactor, 0, 1000);
  const { negScore, lowValue } = resolved;
  if (typeof negScore !== "number" || !Number.isFinite(negScore))
    throw new OptionError("negScore", "a finite number", negScore);
  if (lowValue === null)
    throw new OptionError("negScore", "likelihoods that are scaled (lowValue and highValue)", negScore);
  if (negScore >= lowValue) throw new OptionError("negScore", `a number below lowValue (${lowValue})`, negScore);
}
