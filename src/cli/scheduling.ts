/*
 * From the flags of `run` and `watch` to a schedule: what the commands give it, and what it is by default.
 */
import { authOf } from "../azure/clients.js";
import { exitOf } from "../delivery/accounting.js";
import type { RunRecord } from "../runs/record.js";
import type { Schedule } from "../runs/schedule.js";
import { checkApart } from "./apart.js";
import type { Context } from "./context.js";
import { readHistory } from "./history.js";
import { type ScheduleFlags, scheduleDefaults } from "./options/schedule.js";
import { trainingOf } from "./options/training.js";
import { destinationOf, originsOf, storeOf } from "./places.js";
import { readingOf } from "./reading.js";
import { required } from "./required.js";

const example = "byoml run exports/ --state state --results results";

/** Makes a schedule of inputs and flags; nothing is asked of Azure yet. The caller closes it. */
export async function openSchedule(
  context: Context,
  inputs: readonly string[],
  flags: ScheduleFlags,
): Promise<{ schedule: Schedule; close(): Promise<void> }> {
  const place = required(flags.state, "--state", example);
  const training = trainingOf(flags);
  await context.engine.checkTraining(training);
  const history = flags.history === undefined ? {} : { historyAccess: await readHistory(context, flags.history) };
  const { io } = context;
  const addresses = [place, ...inputs, flags.endpoint, flags.results, flags.checkpoints];
  const endpoints = addresses.filter((text) => text?.includes("://"));
  const auth = authOf({ auth: flags.auth, cloud: flags.cloud, env: io.env, endpoints: endpoints as string[] });
  checkApart("--state", place, inputs, auth.cloud.storageSuffix);
  if (flags.results !== undefined) checkApart("--results", flags.results, inputs, auth.cloud.storageSuffix);
  const { selection, reading } = await readingOf(context, flags);
  const destination = await destinationOf(flags, auth);
  const { origins, aheadInBytes } = await originsOf(inputs, flags, auth);
  const { windowDays = scheduleDefaults.windowDays, trainEvery = scheduleDefaults.trainEveryInMs } = flags;
  const { threshold = scheduleDefaults.threshold, top, keepDays } = flags;
  const { mode, maxBadLines, maxLineInBytes, threads, memoryInBytes, allowList } = reading;
  const { parseAllowList } = await import("../ingest/allowlist.js");
  const users = allowList === undefined ? undefined : parseAllowList(allowList);
  return {
    schedule: {
      ...{ store: await storeOf(place, auth), origins, aheadInBytes, selection },
      reading: { mode, maxBadLines, maxLineInBytes, threads, memoryInBytes, allowList: users },
      training: { ...training, ...history },
      ...{ windowDays, trainEveryInMs: trainEvery, threshold, top, destination, keepDays, now: () => Date.now() },
    },
    async close() {
      for (const origin of origins) await origin.close?.();
    },
  };
}

/** The exit code of a cycle that ended: dead letters are worth a look. */
export function exitOfCycle({ delivery }: RunRecord): number {
  return delivery === null ? 0 : exitOf({ unsent: delivery.unsent, deadLettered: delivery.deadLettered });
}
