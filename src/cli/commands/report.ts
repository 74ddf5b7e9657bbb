import type { Command } from "commander";
import { version } from "../../base/version.js";
import type { Context } from "../context.js";
import { dryRun } from "../dry-run.js";
import { counted, size } from "../format.js";
import { azureOptions } from "../options/azure.js";
import { type ChoiceOptions, choiceOptions } from "../options/choice.js";
import { dryRunOption } from "../options/common.js";
import { type ReadingOptions, readingOptions } from "../options/reading.js";
import { threadsOption } from "../options/training.js";
import { targetOf } from "../out.js";
import { planOf, readInputs } from "../reading.js";
import { reportData } from "../report-data.js";
import { required } from "../required.js";

interface ReportOptions extends ReadingOptions, ChoiceOptions {
  model?: string;
  out?: string;
  title?: string;
  threads?: number;
  dryRun?: boolean;
}

const example = "byoml report new/ --model model --out report.html";

/** How many unusual accesses a report lists when nothing else is said. */
const mostListed = 100;

export function reportCommand(program: Command, context: Context): Command {
  const command = program
    .command("report")
    .description("Score accesses with a model and show the unusual ones in one HTML file that needs no network.")
    .argument("<input...>", "files or folders of exports, or containers: az://account/SecurityEvent")
    .option("--model <folder>", "the model to score with (required)")
    .option("--out <file>", "where the report goes, .html (required)")
    .option("--title <text>", "heading of the report (default: Unusual resource accesses)")
    .addHelpText("after", `\nExample:\n  ${example}\n`)
    .action((inputs: string[], options: ReportOptions) => report(context, inputs, options));
  threadsOption(choiceOptions(dryRunOption(command), `${mostListed}`));
  return azureOptions(readingOptions(command));
}

async function report(context: Context, inputs: string[], options: ReportOptions): Promise<void> {
  const directory = required(options.model, "--model", example);
  const out = required(options.out, "--out", example);
  const plan = await planOf(context, inputs, options);
  const target = await targetOf(context, out, plan);
  if (options.dryRun)
    return dryRun(context, plan, options, `The report would be written to ${out}.`, { model: directory, out });
  const { engine, io, timings } = context;
  const model = await timings.time("load", () => engine.load(directory, { signal: io.signal }));
  const { table, report: reading } = await readInputs(context, plan, options);
  const scoring = { ...context.run, threads: options.threads };
  const pairs = await timings.time("score", () => model.scoreTable(table, scoring));
  const data = await reportData({
    engine,
    model,
    directory,
    table,
    pairs,
    reading,
    title: options.title ?? "Unusual resource accesses",
    version,
    generatedAt: new Date(),
    top: options.top ?? mostListed,
    threshold: options.threshold,
  });
  const bytes = await timings.time("write", async () =>
    target.write([await engine.renderReport(data)], { signal: io.signal }),
  );
  await context.result(
    { out, bytes, accesses: pairs.length, byReason: data.summary.byReason, listed: data.unusual.length, reading },
    `listed ${counted(data.unusual.length, "unusual access", "unusual accesses")} of ${counted(pairs.length, "access", "accesses")}\nthe report is in ${out} (${size(bytes)})\n`,
  );
}
