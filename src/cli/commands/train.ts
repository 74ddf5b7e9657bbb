import type { Command } from "commander";
import type { Context } from "../context.js";
import { dryRun, type MemoryOf } from "../dry-run.js";
import type { Model, ReadReport, TrainingOptions } from "../engine.js";
import { count, counted } from "../format.js";
import { readHistory } from "../history.js";
import { dryRunOption } from "../options/common.js";
import { type ReadingOptions, readingOptions } from "../options/reading.js";
import { type TrainingFlags, trainingOf, trainingOptions } from "../options/training.js";
import { planOf, readInputs, trainedOn } from "../reading.js";
import { required } from "../required.js";

interface TrainOptions extends ReadingOptions, TrainingFlags {
  model?: string;
  dryRun?: boolean;
}

const example = "byoml train exports/ --model model";

export function trainCommand(program: Command, context: Context): Command {
  const command = program
    .command("train")
    .description("Learn from accesses who uses what, and save it as a model.")
    .argument("<input...>", "files or folders of exports")
    .option("--model <folder>", "where the model is saved; an older model there is replaced (required)")
    .addHelpText(
      "after",
      `\nExample:\n  ${example}\n  byoml train lastmonth/ --model model --since 2024-05-01 --rank 20 --seed 1\n`,
    )
    .action((inputs: string[], options: TrainOptions) => train(context, inputs, options));
  dryRunOption(command);
  return trainingOptions(readingOptions(command));
}

async function train(context: Context, inputs: string[], options: TrainOptions): Promise<void> {
  const directory = required(options.model, "--model", example);
  const training = trainingOf(options);
  await context.engine.checkTraining(training);
  await context.engine.checkModelFolder(directory);
  const plan = await planOf(context, inputs, options);
  if (options.dryRun) {
    const intent = `The model would be saved in ${directory}.`;
    const memoryOf: MemoryOf = (shape) => context.engine.trainingMemory(shape, training, options.threads);
    return dryRun(context, plan, options, intent, { model: directory, parameters: training }, memoryOf);
  }
  const history: TrainingOptions =
    options.history === undefined ? {} : { historyAccess: await readHistory(context, options.history) };
  const { table, report } = await readInputs(context, plan, options);
  const run = { ...context.run, threads: options.threads, trainedOn: trainedOn(inputs, report) };
  const model = await context.engine.train(table, { ...training, ...history }, run);
  context.io.signal.throwIfAborted();
  await model.save(directory, { signal: context.io.signal });
  await context.result(trainedDocument(model, directory, report), trainedText(model, directory, report));
}

function trainedDocument({ facts }: Model, directory: string, reading: ReadReport): Record<string, unknown> {
  return {
    model: directory,
    counts: facts?.counts ?? null,
    tenants: facts?.tenants ?? [],
    parameters: facts?.parameters ?? {},
    reading,
  };
}

function trainedText({ facts, data }: Model, directory: string, { firstDay, lastDay }: ReadReport): string {
  const users = facts?.counts.users ?? data.users.name.length;
  const resources = facts?.counts.resources ?? data.resources.name.length;
  const accesses = facts ? ` from ${count(facts.counts.accesses)} accesses` : "";
  const days = firstDay === null ? "" : firstDay === lastDay ? ` of ${firstDay}` : ` of ${firstDay} to ${lastDay}`;
  const tenants = facts ? ` in ${counted(facts.counts.tenants, "tenant")}` : "";
  return (
    `learned ${counted(users, "user")} and ${counted(resources, "resource")}${tenants}${accesses}${days}\n` +
    `the model is in ${directory}\n`
  );
}
