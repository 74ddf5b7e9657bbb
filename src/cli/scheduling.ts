/*
 * From the flags of `run` and `watch` to a schedule: the door to Azure and to the runs.
 */
import { resolve } from "node:path";
import { ByomlError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { Origin } from "../ingest/origin.js";
import type { RunRecord } from "../runs/record.js";
import type { Destination, Schedule } from "../runs/schedule.js";
import type { Store } from "../runs/store.js";
import type { ResultFormat } from "../sinks/target.js";
import type { Auth } from "../azure/clients.js";
import { type ScheduleFlags, scheduleDefaults } from "./options/schedule.js";
import { trainingOf } from "./options/training.js";
import type { Context } from "./context.js";
import { exitCodes } from "./exit.js";
import { readHistory } from "./history.js";
import { readingOf } from "./reading.js";
import { required } from "./required.js";

const example = "byoml run exports/ --state state --results results";

/** A schedule with what it holds open. */
export interface OpenSchedule {
  readonly schedule: Schedule;
  close(): Promise<void>;
}
