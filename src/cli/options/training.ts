import type { Command } from "commander";
import { ByomlError } from "../../base/errors.js";
import type { TrainingOptions } from "../engine.js";
import { number, whole } from "./parsers.js";

/** Flags of training; what is not given is the library's default. */
export interface TrainingFlags {
  rank?: number;
  maxIter?: number;
  tolerance?: number;
  regParam?: number;
  alpha?: number;
  explicit?: boolean;
  complementsetFactor?: number;
  negScore?: number;
  lowValue?: number;
  highValue?: number;
  scaling: boolean;
  separateTenants?: boolean;
  history?: string;
  seed?: number;
  threads?: number;
}

export function trainingOptions(command: Command): Command {
  command
    .optionsGroup("Training:")
    .option("--rank <n>", "length of a factor (default: 10)", whole("rank"))
    .option("--max-iter <n>", "iterations, at most (default: 25)", whole("maxIter"))
    .option(
      "--tolerance <x>",
      "stop when the objective falls by no more than this share in an iteration (default: 0, never)",
      number("tolerance"),
    )
    .option("--reg-param <x>", "regularisation (default: 1)", number("regParam"))
    .option("--alpha <x>", "confidence in an access, implicit feedback only (default: 1)", number("alpha"))
    .option("--explicit", "explicit feedback: likelihoods are ratings (default: implicit feedback)")
    .option(
      "--complementset-factor <n>",
      "unseen pairs added for each access, explicit only (default: 2)",
      whole("complementsetFactor"),
    )
    .option("--neg-score <x>", "rating of an unseen pair, explicit only (default: 1)", number("negScore"))
    .option("--low-value <x>", "likelihoods are scaled per tenant to this and more (default: 5)", number("lowValue"))
    .option("--high-value <x>", "and to this and less (default: 10)", number("highValue"))
    .option("--no-scaling", "take likelihoods as they are")
    .option("--separate-tenants", "train tenants one at a time (default: all together)")
    .option("--history <file>", "CSV, JSON lines or Parquet with tenant, user, res: accesses whose score is 0")
    .option("--seed <n>", "seed of the random start; the same seed gives the same model (default: 0)", whole("seed"));
  return threadsOption(command);
}

export function threadsOption(command: Command): Command {
  return command.option(
    "--threads <n>",
    "workers (default: all cores); results do not depend on it",
    whole("threads", 1),
  );
}

/** The flags as options of the library, without the history, which is a file here. */
export function trainingOf(flags: TrainingFlags): TrainingOptions {
  const { explicit, scaling, history: _, threads: __, ...rest } = pick(flags);
  if (!scaling && (rest.lowValue !== undefined || rest.highValue !== undefined))
    throw new ByomlError("usage", "--no-scaling: expected neither --low-value nor --high-value beside it", {
      hint: "Leave one of them out.",
    });
  return {
    ...rest,
    ...(explicit === undefined ? {} : { applyImplicitCf: !explicit }),
    ...(scaling ? {} : { lowValue: null, highValue: null }),
  };
}

/** The training flags among all the options of a command, without those that were not given. */
function pick(flags: TrainingFlags): TrainingFlags {
  const { rank, maxIter, tolerance, regParam, alpha, complementsetFactor, negScore, lowValue, highValue } = flags;
  const { explicit, separateTenants, history, seed, threads } = flags;
  const factors = { rank, maxIter, tolerance, regParam, alpha, seed, threads };
  const numbers = { ...factors, complementsetFactor, negScore, lowValue, highValue };
  const given = Object.entries({ ...numbers, explicit, separateTenants, history }).filter(([, v]) => v !== undefined);
  return { scaling: flags.scaling, ...Object.fromEntries(given) };
}
