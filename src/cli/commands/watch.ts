import type { Command } from "commander";
import { inert } from "../../base/text.js";
import type { Context } from "../context.js";
import { exitCodes } from "../exit.js";
import { azureOptions } from "../options/azure.js";
import { whole } from "../options/parsers.js";
import { readingOptions } from "../options/reading.js";
import { duration, refuseFlags, type ScheduleFlags, scheduleOptions } from "../options/schedule.js";
import { trainingOptions } from "../options/training.js";

interface WatchFlags extends ScheduleFlags {
  interval?: number;
  cycles?: number;
}

const details = `
Cycles as \`byoml run\` runs them, one after the other, until it is stopped: a signal ends the cycle
that is under way within a second, and the next start goes on with it. Trouble of the network or of
rights is said, and the next cycle tries again; other trouble ends it.

Exits with 130 when it was stopped; after --cycles with 0, with 6 when one of them left dead letters,
or as run does with the last one's trouble.

With --json standard output has the record of each cycle as a line.

Example:
  byoml watch az://acme/SecurityEvent --state az://acme/byoml/state --interval 5m \\
    --endpoint https://NAME.REGION.ingest.monitor.azure.com --rule-id dcr-…
`;

const defaultInterval = 300_000;

export function watchCommand(program: Command, context: Context): Command {
  const command = program
    .command("watch")
    .description("Run cycles at an interval until it is stopped.")
    .argument("<input...>", "where exports appear: files, folders, blobs, event hubs")
    .option(
      "--interval <time>",
      "from the start of a cycle to the start of the next (default: 5m)",
      duration("interval"),
    )
    .option("--cycles <n>", "stop after so many (default: never)", whole("cycles", 1))
    .addHelpText("after", details)
    .action((inputs: string[], flags: WatchFlags) => watchInputs(context, inputs, flags));
  return trainingOptions(readingOptions(azureOptions(scheduleOptions(command))));
}

async function watchInputs(context: Context, inputs: string[], flags: WatchFlags): Promise<void> {
  refuseFlags(inputs, flags);
  context.rowsOnStdout = context.json;
  const { openSchedule } = await import("../scheduling.js");
  const { schedule, close } = await openSchedule(context, inputs, flags);
  try {
    const [{ watch }, { recordText }] = await Promise.all([
      import("../../runs/watch.js"),
      import("../../runs/text.js"),
    ]);
    await watch(schedule, {
      ...context.run,
      intervalInMs: flags.interval ?? defaultInterval,
      cycles: flags.cycles,
      async onCycle({ record }) {
        context.clear();
        if (record.outcome === "partly-delivered") context.exitCode = exitCodes.partial;
        await context.io.stdout.write(context.json ? `${JSON.stringify(record)}\n` : recordText(record));
      },
      onTrouble: (error) =>
        context.warn(`${error.message}; the next cycle tries again${error.hint ? `. ${inert(error.hint)}` : ""}`),
    });
  } finally {
    await close();
  }
}
