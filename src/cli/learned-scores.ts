import { OptionError } from "../base/errors.js";
import type { AccessTable } from "../interactions/accesses.js";
import { choose } from "../sinks/choose.js";
import { resultBatches } from "../sinks/results.js";
import type { ResultFormat, ResultTarget } from "../sinks/target.js";
import { writeResults } from "../sinks/write.js";
import type { Context } from "./context.js";
import type { Model, ReadPlan } from "./engine.js";
import { formatOfOut, targetOf } from "./out.js";

/** Where the scores of what was learned from go. */
export interface ScoresTarget {
  /** As it was given. */
  readonly out: string;
  readonly target: ResultTarget;
  readonly format: ResultFormat;
}

/**
 * Checks the value of --scores: a file, since what was learned is said on standard output.
 *
 * @throws OptionError  when it is none, or one of the inputs
 */
export async function scoresTarget(
  context: Context,
  out: string | undefined,
  plan: ReadPlan,
): Promise<ScoresTarget | undefined> {
  if (out === undefined) return undefined;
  if (out === "-")
    throw new OptionError("--scores", "the path of a file", out, "Use byoml score for scores on standard output.");
  return { out, format: formatOfOut(out, "--scores"), target: await targetOf(context, out, plan, "--scores") };
}

/** Scores the accesses that a model learned from, and writes them as `byoml score` does. */
export async function writeLearnedScores(
  { run, timings }: Context,
  model: Model,
  table: AccessTable,
  { out, target, format }: ScoresTarget,
  threads?: number,
): Promise<{ out: string; rows: number; bytes: number }> {
  const pairs = await timings.time("score", () => model.scoreTable(table, { ...run, threads }));
  const rows = choose(table, pairs, {});
  const writing = { ...run, total: rows.length };
  const batches = resultBatches(table, pairs, rows);
  const bytes = await timings.time("write", () => writeResults(target, format, batches, writing));
  return { out, rows: rows.length, bytes };
}
