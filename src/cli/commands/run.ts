import type { Command } from "commander";
import type { Context } from "../context.js";
import { azureOptions } from "../options/azure.js";
import { readingOptions } from "../options/reading.js";
import { type ScheduleFlags, scheduleOptions } from "../options/schedule.js";
import { trainingOptions } from "../options/training.js";
import { exitOfCycle, openSchedule } from "../scheduling.js";

const example = "byoml run az://acme/SecurityEvent --state az://acme/byoml/state --endpoint https://… --rule-id dcr-…";

const details = `
One cycle: what is new since the last one is read and counted, a model is trained when it is due,
the new accesses are scored, the unusual ones delivered, and all of it is remembered. The first
cycle reads everything there is. One that was stopped in the middle is ended by the next run.

Inputs are files, folders, https://<account>.blob.core.windows.net/<container>/<prefix>,
az://<account>/<container>/<prefix> (az://acme/SecurityEvent is the container am-securityevent)
and eventhub://<namespace>/<hub>. A record of each cycle is in runs/ of the state.

Exits with 0 when all rows were delivered, 6 when some went to the dead letters, 4 or 5 when
delivery stopped: run again, it goes on.

Example:
  ${example}
  byoml run exports/ --state state --results results
`;

export function runCommand(program: Command, context: Context): Command {
  const command = program
    .command("run")
    .description("Run one cycle of the schedule: read what is new, learn, score, deliver, remember.")
    .argument("<input...>", "where exports appear: files, folders, blobs, event hubs")
    .addHelpText("after", details)
    .action((inputs: string[], flags: ScheduleFlags) => run(context, inputs, flags));
  return trainingOptions(readingOptions(azureOptions(scheduleOptions(command))));
}

async function run(context: Context, inputs: string[], flags: ScheduleFlags): Promise<void> {
  const schedule = await openSchedule(context, inputs, flags);
  try {
    const { runCycle } = await import("../../runs/cycle.js");
    const result = await runCycle(schedule.schedule, context.run);
    await context.result({ ...result.record }, await schedule.text(result.record));
    if (result.failure !== null) throw result.failure;
    context.exitCode = exitOfCycle(result.record);
  } finally {
    await schedule.close();
  }
}
