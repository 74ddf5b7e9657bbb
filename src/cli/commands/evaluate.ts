import type { Command } from "commander";
import type { EvaluationOptions, EvaluationResult } from "../../access/evaluate.js";
import type { Context } from "../context.js";
import { dryRun, type MemoryOf } from "../dry-run.js";
import { count, counted } from "../format.js";
import { readHistory } from "../history.js";
import { azureOptions } from "../options/azure.js";
import { dryRunOption } from "../options/common.js";
import { type EvaluationFlags, evaluationOptions } from "../options/evaluation.js";
import { type ReadingOptions, readingOptions } from "../options/reading.js";
import { type TrainingFlags, trainingOf, trainingOptions } from "../options/training.js";
import { planOf, readInputs } from "../reading.js";
import { table } from "../table.js";

interface EvaluateOptions extends ReadingOptions, TrainingFlags, EvaluationFlags {
  dryRun?: boolean;
}

export function evaluateCommand(program: Command, context: Context): Command {
  const command = program
    .command("evaluate")
    .description("Measure the detector on your own accesses: hold out the last days, train on the rest, compare.")
    .argument("<input...>", "files or folders of exports, or containers: az://account/SecurityEvent")
    .addHelpText("after", details)
    .action((inputs: string[], options: EvaluateOptions) => evaluate(context, inputs, options));
  dryRunOption(command);
  return trainingOptions(azureOptions(readingOptions(evaluationOptions(command))));
}

const details = `
AUC is the chance that a random access nobody made scores above a true new one: 0.5 is a coin, 1 is
perfect. The resource of the former is drawn uniformly, or by its number of users (popularity-matched,
the harder and fairer question). The popularity baseline, for comparison, finds rarely used resources
unusual for everybody. False alarms are true new accesses above a threshold.

Example:
  byoml evaluate exports/
  byoml evaluate exports/ --test-days 7 --rank 20 --thresholds 2,4,6
`;

async function evaluate(context: Context, inputs: string[], options: EvaluateOptions): Promise<void> {
  const training = trainingOf(options);
  await context.engine.checkTraining(training);
  const plan = await planOf(context, inputs, options);
  if (options.dryRun) {
    const memoryOf: MemoryOf = (shape) => context.engine.trainingMemory(shape, training, options.threads);
    return dryRun(context, plan, options, "The detector would be measured.", { parameters: training }, memoryOf);
  }
  const history = options.history === undefined ? {} : { historyAccess: await readHistory(context, options.history) };
  const { table: accesses, report } = await readInputs(context, plan, options);
  const { testDays, testShare, negatives, fits, thresholds } = options;
  const given = Object.entries({ testDays, testShare, negatives, fits, thresholds }).filter(([, v]) => v !== undefined);
  const evaluation: EvaluationOptions = { ...training, ...history, ...Object.fromEntries(given) };
  const run = { ...context.run, threads: options.threads };
  const result = await context.timings.time("evaluate", () => context.engine.evaluate(accesses, evaluation, run));
  await context.result({ ...result, reading: report }, await text(result, context.io.stdout.columns));
}

async function text(result: EvaluationResult, width: number): Promise<string> {
  const { train, test, auc, baseline, thresholds } = result;
  const right = "right" as const;
  const value = ({ mean, std }: { mean: number; std: number }) => `${mean.toFixed(3)} ± ${std.toFixed(3)}`;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const quality = await table(
    [{ title: "AUC against" }, { title: "this model", align: right }, { title: "popularity alone", align: right }],
    [
      ["random accesses", value(auc.uniform), value(baseline.uniform)],
      ["popularity-matched ones", value(auc.popularityMatched), value(baseline.popularityMatched)],
    ],
    width,
  );
  const alarms = await table(
    [
      { title: "score above", align: right },
      { title: "false alarms", align: right },
      { title: "random found", align: right },
      { title: "popularity-matched found", align: right },
    ],
    thresholds.map((row) => [
      String(row.threshold),
      percent(row.falseAlarms),
      percent(row.detectedUniform),
      percent(row.detectedPopularityMatched),
    ]),
    width,
  );
  const unknown = test.newAccesses - test.scored;
  return (
    `trained on ${counted(train.accesses, "access", "accesses")} of ${counted(train.users, "user")} to ${counted(train.resources, "resource")}` +
    `${days(train)}\n` +
    `held out ${counted(test.accesses, "access", "accesses")}${days(test)}: ${count(test.newAccesses)} new, ` +
    `${count(test.scored)} of them between a known user and a known resource` +
    `${unknown > 0 ? ` (${count(test.unknownUser)} with a new user, ${count(test.unknownResource)} with a new resource)` : ""}\n\n` +
    `${quality}\n${alarms}`
  );
}

function days({ firstDay, lastDay }: { firstDay: string | null; lastDay: string | null }): string {
  if (firstDay === null || lastDay === null) return "";
  return firstDay === lastDay ? `, ${firstDay}` : `, ${firstDay} to ${lastDay}`;
}
