import type { Command } from "commander";
import type { Context } from "../context.js";
import { azureOptions } from "../options/azure.js";
import { dryRunOption } from "../options/common.js";
import { readingOptions } from "../options/reading.js";
import { refuseFlags, type ScheduleFlags, scheduleOptions } from "../options/schedule.js";
import { trainingOptions } from "../options/training.js";

const details = `
One cycle: what is new since the last one is read and counted, a model is trained when it is due,
the new accesses are scored, the unusual ones are delivered, and all of it is remembered. The first
cycle reads everything there is. One that was stopped in the middle is ended by the next run.

Inputs are files, folders, https://<account>.blob.core.windows.net/<container>/<prefix>,
az://<account>/<container>/<prefix> (az://acme/SecurityEvent is the container am-securityevent)
and eventhub://<namespace>/<hub>. The record of each cycle is in objects/runs/ of the state, its
dead letters in objects/dead-letters/; both are kept for the last --keep-days.

Exits with 0 when all rows were delivered, 6 when some went to the dead letters, 4 or 5 when
delivery stopped: run it again, it goes on.

Example:
  byoml run exports/ --state state --results results
  byoml run az://acme/SecurityEvent --state az://acme/byoml/state \\
    --endpoint https://NAME.REGION.ingest.monitor.azure.com --rule-id dcr-…
`;

export function runCommand(program: Command, context: Context): Command {
  const command = program
    .command("run")
    .description("Run one cycle of the schedule: read what is new, learn, score, deliver, remember.")
    .argument("<input...>", "where exports appear: files, folders, blobs, event hubs")
    .addHelpText("after", details)
    .action((inputs: string[], flags: ScheduleFlags) => run(context, inputs, flags));
  return trainingOptions(readingOptions(azureOptions(dryRunOption(scheduleOptions(command)))));
}

async function run(context: Context, inputs: string[], flags: ScheduleFlags): Promise<void> {
  refuseFlags(inputs, flags);
  const { exitOfCycle, openSchedule } = await import("../scheduling.js");
  const { schedule, close } = await openSchedule(context, inputs, flags);
  try {
    if (flags.dryRun) return await (await import("../schedule-plan.js")).showPlan(context, schedule);
    const [{ runCycle }, { recordText }] = await Promise.all([
      import("../../runs/cycle.js"),
      import("../../runs/text.js"),
    ]);
    const { record, failure } = await runCycle(schedule, context.run);
    if (failure !== null) {
      await context.note(recordText(record));
      failure.details["record"] = record;
      throw failure;
    }
    context.exitCode = exitOfCycle(record);
    await context.result({ ...record }, recordText(record));
  } finally {
    await close();
  }
}
