import type { Command } from "commander";
import { OptionError } from "../../base/errors.js";
import { number, whole } from "./parsers.js";

/** Flags that say how the detector is measured. */
export interface EvaluationFlags {
  testDays?: number;
  testShare?: number;
  negatives?: number;
  fits?: number;
  thresholds?: number[];
}

export function evaluationOptions(command: Command): Command {
  return command
    .optionsGroup("Evaluation:")
    .option("--test-days <n>", "hold out the accesses of the last n days (default: 1)", whole("testDays", 1))
    .option(
      "--test-share <x>",
      "hold out this share of the pairs, chosen at random, instead: for accesses without a time",
      number("testShare"),
    )
    .option("--negatives <n>", "random unseen accesses for each true one (default: 10)", whole("negatives", 1))
    .option(
      "--fits <n>",
      "models to train, with seeds one after the other; results are their mean (default: 5)",
      whole("fits", 1),
    )
    .option(
      "--thresholds <x,…>",
      "alarm thresholds to measure (default: 1 and 7.75, those of Microsoft's notebooks)",
      thresholds,
    );
}

function thresholds(text: string): number[] {
  const values = text.split(",").map(Number);
  if (text.trim() === "" || !values.every(Number.isFinite))
    throw new OptionError("thresholds", "numbers, separated by commas", text);
  return values;
}
