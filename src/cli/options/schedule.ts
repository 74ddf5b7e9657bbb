import type { Command } from "commander";
import { isHubAddress } from "../../azure/hub-address.js";
import { OptionError } from "../../base/errors.js";
import type { AzureFlags } from "./azure.js";
import { bytes, number, oneOf, whole } from "./parsers.js";
import type { ReadingOptions } from "./reading.js";
import type { TrainingFlags } from "./training.js";

/** Flags of the commands that run cycles. */
export interface ScheduleFlags extends ReadingOptions, TrainingFlags, AzureFlags {
  state?: string;
  endpoint?: string;
  ruleId?: string;
  stream?: string;
  checkpoints?: string;
  results?: string;
  resultsFormat?: string;
  threshold?: number;
  top?: number;
  windowDays?: number;
  trainEvery?: number;
  keepDays?: number;
  memory?: number;
  dryRun?: boolean;
}

export const scheduleDefaults = { threshold: 3, windowDays: 30, trainEveryInMs: 86_400_000 };

export function scheduleOptions(command: Command): Command {
  return command
    .option(
      "--state <place>",
      "a folder, or https://… or az://… of blobs, where the schedule keeps what it remembers (required)",
    )
    .option(
      "--endpoint <url>",
      "the Logs Ingestion endpoint that rows are delivered to (of the rule, or of a data collection endpoint)",
    )
    .option("--rule-id <id>", "the immutable id of the data collection rule: dcr-…")
    .option("--stream <name>", "its stream (default: Custom-AnomalousResourceAccessResult)")
    .option(
      "--checkpoints <container>",
      "of event hubs: a container of blobs, https://… or az://…, where how far they were read is written for others",
    )
    .option(
      "--results <folder>",
      "a folder, or https://… or az://… of blobs: write the rows of each cycle to a file there, beside or instead of delivering them",
    )
    .option(
      "--results-format <name>",
      "jsonl, csv or parquet (default: jsonl)",
      oneOf("resultsFormat", ["jsonl", "csv", "parquet"]),
    )
    .option(
      "--threshold <x>",
      "deliver accesses with a score above x, in deviations, and disconnected ones (default: 3)",
      number("threshold"),
    )
    .option("--top <n>", "of a cycle, only the n most unusual of them (default: all)", whole("top", 1))
    .option(
      "--window-days <n>",
      "days that a model learns from, up to the newest one (default: 30)",
      whole("windowDays", 1),
    )
    .option(
      "--train-every <time>",
      "how old a model gets, such as 12h or 7d (default: 1d); it is also due when twice as much was counted since",
      duration("trainEvery"),
    )
    .option(
      "--keep-days <n>",
      "the state keeps records of cycles and dead letters of the last n days with a cycle (default: 90)",
      whole("keepDays", 1),
    )
    .option(
      "--memory <size>",
      "the most that the process may hold, such as 2GB; what does not fit goes by way of the disk",
      bytes("memoryInBytes"),
    );
}

const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

/** Text of a time with its unit, such as 30s, 5m, 12h or 7d, to milliseconds. */
export function duration(option: string): (text: string) => number {
  return (text) => {
    const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([smhd])\s*$/i.exec(text) ?? [];
    const time = Number(amount) * (units[unit?.toLowerCase() ?? ""] ?? Number.NaN);
    // Beyond 24 days a timer of Node overflows; a model may get older.
    if (!(time > 0) || !Number.isFinite(time)) throw new OptionError(option, "a time such as 30s, 5m, 12h or 7d", text);
    return time;
  };
}

/** @throws OptionError  for flags that make no sense again and again, or without another one: a flag is never passed over in silence */
export function refuseFlags(inputs: readonly string[], flags: ScheduleFlags): void {
  const { until, fromOffset, endpoint, stream, results, resultsFormat, checkpoints } = flags;
  if (until !== undefined) throw new OptionError("--until", "expected no end: a schedule goes on");
  if (fromOffset !== undefined)
    throw new OptionError("--from-offset", "expected none: the state remembers how far was read");
  if (stream !== undefined && endpoint === undefined)
    throw new OptionError("--stream", "expected --endpoint with it: it is the stream of what is delivered to");
  if (resultsFormat !== undefined && results === undefined)
    throw new OptionError("--results-format", "expected --results with it");
  if (checkpoints !== undefined && !inputs.some(isHubAddress))
    throw new OptionError("--checkpoints", "expected an event hub among the inputs: it is for them alone");
}
