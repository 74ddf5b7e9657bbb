import type { Command } from "commander";
import { type Reason, reasons } from "../../access/types.js";
import { choose } from "../../sinks/choose.js";
import { resultBatches } from "../../sinks/results.js";
import { encode, encoderOf, writeResults } from "../../sinks/write.js";
import type { Context } from "../context.js";
import { dryRun } from "../dry-run.js";
import type { UnusualAccess } from "../engine.js";
import { count, counted, size } from "../format.js";
import { azureOptions } from "../options/azure.js";
import { type ChoiceOptions, choiceOptions } from "../options/choice.js";
import { dryRunOption } from "../options/common.js";
import { type ReadingOptions, readingOptions } from "../options/reading.js";
import { threadsOption } from "../options/training.js";
import { formatOfOut, targetOf } from "../out.js";
import { planOf, readInputs } from "../reading.js";
import { required } from "../required.js";
import { byReason } from "../scores.js";
import { mostUnusual, unusualDocument, unusualText } from "../unusual.js";

interface ScoreOptions extends ReadingOptions, ChoiceOptions {
  model?: string;
  out?: string;
  threads?: number;
  dryRun?: boolean;
}

const example = "byoml score new/ --model model --out scores.csv";

/** How many accesses the summary names. */
const shown = 10;

export function scoreCommand(program: Command, context: Context): Command {
  const command = program
    .command("score")
    .description("Score accesses with a model: one row for each user and resource, high scores are unusual.")
    .argument("<input...>", "files or folders of exports, or containers: az://account/SecurityEvent")
    .option("--model <folder>", "the model to score with (required)")
    .option(
      "--out <file>",
      "result: .csv, .parquet, or .jsonl, .ndjson, .json (JSON lines); - is standard output (required)",
    )
    .addHelpText("after", details)
    .action((inputs: string[], options: ScoreOptions) => score(context, inputs, options));
  threadsOption(choiceOptions(dryRunOption(command), "all, in the order of first appearance"));
  return azureOptions(readingOptions(command));
}

const details = `
Columns: tenant, user, res, anomaly_score, reason (${reasons.join(", ")}).
Scores are in deviations from the mean of the training accesses of the tenant. A disconnected
access has the score Infinity in CSV and Parquet, null in JSON; an unknown one is empty or null.
In CSV a name that a spreadsheet would run as a formula gets an apostrophe in front.

Example:
  ${example}
  byoml score new/ --model model --out - --top 20 | jq .user
`;

async function score(context: Context, inputs: string[], options: ScoreOptions): Promise<void> {
  const directory = required(options.model, "--model", example);
  const out = required(options.out, "--out", example);
  const format = formatOfOut(out);
  context.rowsOnStdout = out === "-" && !options.dryRun;
  const plan = await planOf(context, inputs, options);
  const target = out === "-" ? undefined : await targetOf(context, out, plan);
  if (options.dryRun) {
    const intent = `Scores would be written to ${out}.`;
    return dryRun(context, plan, options, intent, { model: directory, out, format });
  }
  const { engine, io, timings } = context;
  const model = await timings.time("load", () => engine.load(directory, { signal: io.signal }));
  const { table, report: reading } = await readInputs(context, plan, options);
  const scoring = { ...context.run, threads: options.threads };
  const pairs = await timings.time("score", () => model.scoreTable(table, scoring));
  const chosen = choose(table, pairs, options);
  const batches = resultBatches(table, pairs, chosen);
  const writing = { ...context.run, total: chosen.length };
  const bytes = await timings.time("write", async () => {
    if (target !== undefined) return writeResults(target, format, batches, writing);
    context.clear();
    const encoder = await encoderOf(format);
    for await (const chunk of encode(encoder, batches, { signal: io.signal })) await io.stdout.write(chunk);
    return undefined;
  });

  const counts = byReason(pairs);
  const top = mostUnusual(model, table, pairs, shown);
  const written = bytes === undefined ? "" : `wrote ${counted(chosen.length, "row")} (${size(bytes)}) to ${out}\n`;
  await context.result(
    {
      out,
      format,
      bytes: bytes ?? null,
      rows: chosen.length,
      accesses: pairs.length,
      byReason: counts,
      top: await unusualDocument(engine, top),
      reading,
    },
    (await summary(context, { counts, total: pairs.length, top })) + written,
  );
}

interface Summary {
  counts: Record<Reason, number>;
  total: number;
  top: readonly UnusualAccess[];
}

/** Counts by reason, and the most unusual accesses. */
async function summary({ engine, io }: Context, { counts, total, top }: Summary): Promise<string> {
  const parts = reasons.filter((reason) => counts[reason] > 0).map((reason) => `${count(counts[reason])} ${reason}`);
  const head = `${counted(total, "access", "accesses")}: ${parts.join(", ") || "none"}\n`;
  return top.length === 0 ? head : `${head}\nmost unusual:\n${await unusualText(engine, top, io.stdout.columns)}\n`;
}
