import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "../context.js";
import { dryRun, type MemoryOf } from "../dry-run.js";
import type { Model, ReadReport, TrainingFacts, TrainingOptions } from "../engine.js";
import { count, counted, objective, size } from "../format.js";
import { readHistory } from "../history.js";
import { scoresTarget, writeLearnedScores } from "../learned-scores.js";
import { azureOptions } from "../options/azure.js";
import { dryRunOption } from "../options/common.js";
import { bytes } from "../options/parsers.js";
import { type ReadingOptions, readingOptions } from "../options/reading.js";
import { type TrainingFlags, trainingOf, trainingOptions } from "../options/training.js";
import { planOf, readInputs, trainedOn } from "../reading.js";
import { required } from "../required.js";

interface TrainOptions extends ReadingOptions, TrainingFlags {
  model?: string;
  warmStart?: string;
  scores?: string;
  memory?: number;
  workFolder?: string;
  dryRun?: boolean;
}

const example = "byoml train exports/ --model model";
const examples = `
Example:
  ${example}
  byoml train lastmonth/ --model model --since 2024-05-01 --rank 20 --seed 1
  byoml train exports/ --model model --scores scores.csv --memory 2GB
  byoml train lastmonth/ --model model --warm-start model --max-iter 100 --tolerance 1e-4
`;

export function trainCommand(program: Command, context: Context): Command {
  const command = program
    .command("train")
    .description("Learn from accesses who uses what, and save it as a model.")
    .argument("<input...>", "files or folders of exports, or containers: az://account/SecurityEvent")
    .option("--model <folder>", "where the model is saved; an older model there is replaced (required)")
    .option(
      "--warm-start <folder>",
      "start from the factors of this model, of the same rank: fewer iterations do; may be the same folder as --model",
    )
    .option(
      "--scores <file>",
      "score the accesses that were learned from, too: .csv, .parquet, or .jsonl, .ndjson, .json (JSON lines)",
    )
    .option(
      "--memory <size>",
      "the most that the process may hold, such as 2GB; what does not fit goes by way of the disk",
      bytes("memoryInBytes"),
    )
    .option("--work-folder <folder>", "where work files are made, and removed (default: beside the model)")
    .addHelpText("after", examples)
    .action((inputs: string[], options: TrainOptions) => train(context, inputs, options));
  dryRunOption(command);
  return trainingOptions(azureOptions(readingOptions(command)));
}

async function train(context: Context, inputs: string[], options: TrainOptions): Promise<void> {
  const directory = required(options.model, "--model", example);
  const training = trainingOf(options);
  await context.engine.checkTraining(training);
  await context.engine.checkModelFolder(directory);
  const warmStart =
    options.warmStart === undefined ? undefined : await startingModel(context, options.warmStart, training);
  const plan = await planOf(context, inputs, options);
  const scores = await scoresTarget(context, options.scores, plan);
  if (options.dryRun) {
    const start =
      options.warmStart === undefined ? "" : `Training would start from the model in ${options.warmStart}. `;
    const scoring = scores === undefined ? "" : ` Scores would be written to ${options.scores}.`;
    const intent = `${start}The model would be saved in ${directory}.${scoring}`;
    const memoryOf: MemoryOf = (shape) => context.engine.trainingMemory(shape, training, options.threads);
    const document = { model: directory, warmStart: options.warmStart ?? null, parameters: training };
    return dryRun(context, plan, options, intent, document, memoryOf);
  }
  const history: TrainingOptions =
    options.history === undefined ? {} : { historyAccess: await readHistory(context, options.history) };
  const workFolder = options.workFolder ?? folderAbove(directory);
  const { table, report } = await readInputs(context, plan, { ...options, workFolder });
  const run = {
    ...{ ...context.run, threads: options.threads, memoryInBytes: options.memory, workFolder },
    trainedOn: trainedOn(inputs, report),
    warmStart,
  };
  const { engine, io, timings } = context;
  const model = await timings.time("train", () => engine.train(table, { ...training, ...history }, run));
  io.signal.throwIfAborted();
  await timings.time("save", () => model.save(directory, { signal: io.signal }));
  const written = scores && (await writeLearnedScores(context, model, table, scores, options.threads));
  const writtenText = written
    ? `wrote ${counted(written.rows, "row")} of scores (${size(written.bytes)}) to ${written.out}\n`
    : "";
  await context.result(
    { ...trainedDocument(model, directory, report), ...(written && { scores: written }) },
    trainedText(model, directory, report) + writtenText,
  );
}

/** The nearest folder above a path that is there: saving makes the others. */
function folderAbove(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

/** Loads the model to start from, and checks it before anything is read. */
async function startingModel(context: Context, directory: string, training: TrainingOptions): Promise<Model> {
  const { engine, io, timings } = context;
  const model = await timings.time("load", () => engine.load(directory, { signal: io.signal }));
  await engine.checkTraining(training, model);
  return model;
}

function trainedDocument({ facts }: Model, directory: string, reading: ReadReport): Record<string, unknown> {
  return {
    model: directory,
    counts: facts?.counts ?? null,
    tenants: facts?.tenants ?? [],
    training: facts?.training ?? null,
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
    `${facts?.training ? trainingText(facts.training) : ""}the model is in ${directory}\n`
  );
}

/** How the training went, a line or two. */
function trainingText({ iterations, stopped, objectives, warmStart }: TrainingFacts): string {
  const last = objectives.at(-1);
  const reached = last === undefined || last === null ? "" : `, objective ${objective(last)}`;
  const why = stopped === "tolerance" ? "; it hardly fell any more" : "";
  const done = `trained ${counted(iterations, "iteration")}${reached}${why}\n`;
  if (!warmStart) return done;
  const { users, resources } = warmStart;
  const sum = (what: "known" | "new" | "gone") =>
    `${counted(users[what], "user")} and ${counted(resources[what], "resource")} ${what}`;
  return `started from an older model: ${sum("known")}, ${sum("new")}, ${sum("gone")}\n${done}`;
}
