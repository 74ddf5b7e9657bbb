import type { Command } from "commander";
import { countEncoderOf } from "../../sinks/counts.js";
import { encode } from "../../sinks/write.js";
import type { Context } from "../context.js";
import { dryRun } from "../dry-run.js";
import { counted, size } from "../format.js";
import { azureOptions } from "../options/azure.js";
import { dryRunOption } from "../options/common.js";
import { bytes } from "../options/parsers.js";
import { type ReadingOptions, readingOptions } from "../options/reading.js";
import { threadsOption } from "../options/training.js";
import { formatOfOut, targetOf } from "../out.js";
import { planOf, readingOf, readingText } from "../reading.js";
import { required } from "../required.js";

interface CountFlags extends ReadingOptions {
  out?: string;
  memory?: number;
  workFolder?: string;
  threads?: number;
  dryRun?: boolean;
}

const example = "byoml count exports/ --out counts.parquet";

const details = `
Columns: tenant, user, res, TimeGenerated (the day), and count or, where a field likelihood is summed,
likelihood. Rows are sorted by them. Training on such a file is training on the exports:

  ${example}
  byoml train counts.parquet --weight count --model model

In CSV a name that a spreadsheet would run as a formula gets an apostrophe in front, so it is not
read back as it was: use the other formats for what byoml is to read again.

Example:
  ${example}
  byoml count exports/ --out - --memory 2GB | jq .user
`;

export function countCommand(program: Command, context: Context): Command {
  const command = program
    .command("count")
    .description("Count accesses: one row for each tenant, user, resource and day, however many there are.")
    .argument("<input...>", "files or folders of exports, or containers: az://account/SecurityEvent")
    .option(
      "--out <file>",
      "result: .csv, .parquet, or .jsonl, .ndjson, .json (JSON lines); - is standard output (required)",
    )
    .option(
      "--memory <size>",
      "the most that the process may hold, such as 2GB; what does not fit goes by way of the disk",
      bytes("memoryInBytes"),
    )
    .option("--work-folder <folder>", "where work files are made, and removed (default: beside the result)")
    .addHelpText("after", details)
    .action((inputs: string[], options: CountFlags) => count(context, inputs, options));
  threadsOption(dryRunOption(command));
  return azureOptions(readingOptions(command));
}

async function count(context: Context, inputs: string[], options: CountFlags): Promise<void> {
  const out = required(options.out, "--out", example);
  const format = formatOfOut(out);
  context.rowsOnStdout = out === "-" && !options.dryRun;
  const plan = await planOf(context, inputs, options);
  const target = out === "-" ? undefined : await targetOf(context, out, plan);
  if (options.dryRun) {
    const intent = `Counts would be written to ${out}.`;
    return dryRun(context, plan, options, intent, { out, format });
  }
  const { signal } = context.io;
  const workFolder = options.workFolder ?? target?.folder;
  const { selection, reading } = await readingOf(context, { ...options, workFolder });
  const { accesses, weightKind, report } = await context.timings.time(
    "read",
    () => context.engine.count(plan, selection, reading),
    (counted) => counted.report.bytes,
  );
  try {
    await context.note(readingText(report));
    const { rows, tenants, users, resources } = accesses;
    const encoder = await countEncoderOf(format, weightKind);
    let written: number | undefined;
    if (target === undefined) {
      context.clear();
      for await (const chunk of encode(encoder, accesses.batches({ signal }), { signal }))
        await context.io.stdout.write(chunk);
    } else {
      const content = encode(encoder, accesses.batches({ signal }), { ...context.run, total: rows });
      written = await context.timings.time("write", () => target.write(content, { signal }));
    }
    const what = `${counted(users, "user")} and ${counted(resources, "resource")} in ${counted(tenants, "tenant")}`;
    const where = written === undefined ? "" : `wrote ${counted(rows, "row")} (${size(written)}) to ${out}\n`;
    await context.result(
      {
        ...{ out, format, bytes: written ?? null, rows, tenants, users, resources },
        ...{ weight: weightKind, reading: report },
      },
      `${counted(rows, "distinct access and day", "distinct accesses and days")} of ${what}\n${where}`,
    );
  } finally {
    accesses.close();
  }
}
