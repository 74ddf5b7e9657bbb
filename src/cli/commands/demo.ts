import { join } from "node:path";
import type { Command } from "commander";
import { type Sample, sampleAccesses } from "../../access/sample.js";
import { replaceFile } from "../../base/file.js";
import { version } from "../../base/version.js";
import { choose } from "../../sinks/choose.js";
import { resultBatches } from "../../sinks/results.js";
import { writeResults } from "../../sinks/write.js";
import type { Context } from "../context.js";
import { writeExport } from "../demo/export.js";
import { type DemoFolder, planFolder, prepareFolder } from "../demo/folder.js";
import { type Separation, separationOf } from "../demo/separation.js";
import { count } from "../format.js";
import { dryRunOption } from "../options/common.js";
import { whole } from "../options/parsers.js";
import { planOf, readInputs, trainedOn } from "../reading.js";
import { reportData } from "../report-data.js";
import { scoreRows } from "../scores.js";
import { mostUnusual, unusualDocument, unusualText } from "../unusual.js";

interface DemoOptions {
  out: string;
  seed: number;
  dryRun?: boolean;
}

/** The days of the training export: enough that a likelihood keeps its place, few enough to read in a moment. */
const trainingDays = 4;

/** How many unusual accesses are shown: most of the new ones are, by design, and a diagram of all would say nothing. */
const shown = 10;

/** The sample's likelihoods, 500 to 1000, become 5 to 10 rows a day; training scales them, so the hundredfold makes no difference. */
const likelihoodOfRow = 100;

export function demoCommand(program: Command, context: Context): Command {
  const command = program
    .command("demo")
    .description("Make an export with a known answer, learn from it, and show what is unusual in new accesses.")
    .option("--out <folder>", "where the data, model and report go", "byoml-demo")
    .option("--seed <n>", "the same seed makes the same data and model", whole("seed", 0), 42)
    .addHelpText("after", "\nExample:\n  byoml demo\n  byoml demo --out /tmp/demo --seed 7\n")
    .action((options: DemoOptions) => demo(context, options));
  return dryRunOption(command);
}

async function demo(context: Context, { out, seed, dryRun }: DemoOptions): Promise<void> {
  const { engine, io, timings } = context;
  if (dryRun) return plan(context, out, seed);
  const folder = await prepareFolder(out, { seed, version: version });
  const sample = sampleAccesses({ seed });
  await writeSample(folder, sample, seed);
  io.signal.throwIfAborted();

  const training = await readInputs(context, await planOf(context, [folder.exports], {}), {});
  const run = { ...context.run, trainedOn: trainedOn([folder.exports], training.report) };
  const model = await timings.time("train", () => engine.train(training.table, { seed }, run));
  await timings.time("save", () => model.save(folder.model, { signal: io.signal }));

  const fresh = await readInputs(context, await planOf(context, [folder.fresh], {}), {});
  const pairs = await timings.time("score", () => model.scoreTable(fresh.table, context.run));
  const everything = choose(fresh.table, pairs, {});
  const separation = separationOf(sample, scoreRows(fresh.table, pairs, everything));
  const unusual = mostUnusual(model, fresh.table, pairs, shown);
  const batches = resultBatches(fresh.table, pairs);
  await timings.time("write", () => writeResults(folder.scores, "csv", batches, { signal: io.signal }));
  const data = await reportData({
    engine,
    model,
    directory: folder.model,
    table: fresh.table,
    pairs,
    reading: fresh.report,
    title: "Unusual resource accesses: demo",
    version: version,
    generatedAt: new Date(),
    top: shown,
  });
  await timings.time("write", async () =>
    replaceFile(folder.report, [await engine.renderReport(data)], { signal: io.signal }),
  );
  await context.result(
    { ...folder, seed, separation, unusual: await unusualDocument(engine, unusual) },
    text(out, folder, separation, await unusualText(engine, unusual, io.stdout.columns)),
  );
}

/** `--dry-run`: what would be made, and where. */
async function plan(context: Context, out: string, seed: number): Promise<void> {
  const folder = await planFolder(out);
  const { training, intra, inter } = sampleAccesses({ seed });
  const accesses = { training: training.length, new: intra.length + inter.length };
  await context.result(
    { dryRun: true, ...folder, seed, accesses },
    `${count(accesses.training)} accesses to learn from would be made in ${folder.exports}, ${count(accesses.new)} new ones in ${folder.fresh};\n` +
      `the model, scores and report in ${folder.model}, ${folder.scores} and ${folder.report}.\nNothing was changed.\n`,
  );
}

/** Four days to learn from, and on a later day each access of the test sets once. */
async function writeSample(folder: DemoFolder, { training, intra, inter }: Sample, seed: number): Promise<void> {
  await writeExport(folder.exports, training, {
    firstDay: 6,
    days: trainingDays,
    seed,
    timesOf: ({ likelihood }) => Math.round((likelihood * trainingDays) / likelihoodOfRow),
  });
  await writeExport(folder.fresh, [...intra, ...inter], { firstDay: 13, days: 1, seed: seed + 1, timesOf: () => 1 });
}

function text(
  out: string,
  { exports, model, fresh, scores, report }: DemoFolder,
  { intra, inter, difference }: Separation,
  unusual: string,
): string {
  return `the ten most unusual new accesses:
${unusual}
accesses across departments score ${difference.toFixed(2)} deviations higher than new ones within a department
(means ${inter.toFixed(2)} and ${intra.toFixed(2)}, both with everyone's access to the share ffa)

report   ${report}
scores   ${scores}
again    byoml train ${exports} --model ${model}
         byoml score ${fresh} --model ${model} --out ${join(out, "again.csv")}
`;
}
