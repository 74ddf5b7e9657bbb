/*
 * From the flags of `run` and `watch` to a schedule: their door to Azure and to the runs, each part of which is loaded when it is used.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { authOf } from "../azure/clients.js";
import { ByomlError, OptionError } from "../base/errors.js";
import { defaultTable } from "../delivery/columns.js";
import type { Origin } from "../ingest/origin.js";
import type { SelectionOptions } from "../ingest/selection.js";
import type { RunRecord } from "../runs/record.js";
import type { FilePlace } from "../runs/results.js";
import type { Destination, Schedule } from "../runs/schedule.js";
import type { Store } from "../runs/store.js";
import type { ResultFormat } from "../sinks/target.js";
import type { Context } from "./context.js";
import { exitCodes } from "./exit.js";
import { readHistory } from "./history.js";
import { type ScheduleFlags, scheduleDefaults } from "./options/schedule.js";
import { trainingOf } from "./options/training.js";
import { readingOf } from "./reading.js";
import { required } from "./required.js";

type Auth = ReturnType<typeof authOf>;

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
  const endpoints = [place, ...inputs, flags.endpoint, flags.results].filter((text) => text?.includes("://"));
  const auth = authOf({ auth: flags.auth, cloud: flags.cloud, env: io.env, endpoints: endpoints as string[] });
  const { selection, reading } = await readingOf(context, flags);
  const destination = await destinationOf(flags, auth);
  const { origins, aheadInBytes } = await originsOf(inputs, flags, auth);
  const { windowDays = scheduleDefaults.windowDays, trainEvery = scheduleDefaults.trainEveryInMs } = flags;
  const { threshold = scheduleDefaults.threshold, top } = flags;
  const { mode, maxBadLines, maxLineInBytes, threads, memoryInBytes, allowList } = reading;
  const { parseAllowList } = await import("../ingest/allowlist.js");
  const users = allowList === undefined ? undefined : parseAllowList(allowList);
  return {
    schedule: {
      ...{ store: await storeOf(place, auth), origins, aheadInBytes, selection: givenOf(selection) },
      reading: { mode, maxBadLines, maxLineInBytes, threads, memoryInBytes, allowList: users },
      training: { ...training, ...history },
      ...{ windowDays, trainEveryInMs: trainEvery, threshold, top, destination, now: () => Date.now() },
    },
    async close() {
      for (const origin of origins) await origin.close?.();
    },
  };
}

/** The selection without what was not given, so that it is the same however it was left out. */
function givenOf(selection: SelectionOptions): SelectionOptions {
  return Object.fromEntries(Object.entries(selection).filter(([, value]) => value !== undefined));
}

async function storeOf(place: string, auth: Auth): Promise<Store> {
  const { isBlobAddress, parseBlobAddress } = await import("../azure/blob-address.js");
  if (isBlobAddress(place)) {
    const address = parseBlobAddress(place, { suffix: auth.cloud.storageSuffix });
    const [{ containerOf }, { BlobStore }] = await Promise.all([
      import("../azure/clients.js"),
      import("../azure/blob-store.js"),
    ]);
    return new BlobStore(await containerOf(address, auth), address.prefix);
  }
  refuseAddress("--state", place);
  return new (await import("../runs/folder-store.js")).FolderStore(place);
}

async function originsOf(inputs: readonly string[], flags: ScheduleFlags, auth: Auth) {
  const [{ isBlobAddress, parseBlobAddress }, { isHubAddress, parseHubAddress }] = await Promise.all([
    import("../azure/blob-address.js"),
    import("../azure/hub-address.js"),
  ]);
  const origins: Origin[] = [];
  let aheadInBytes = 0;
  for (const input of inputs) {
    if (isHubAddress(input)) {
      const { aheadInBytes: ahead, hubOrigin } = await import("../azure/hub-origin.js");
      origins.push(hubOrigin(parseHubAddress(input, { suffix: auth.cloud.hubSuffix }), auth));
      aheadInBytes += ahead;
    } else if (isBlobAddress(input)) {
      const [{ containerOf }, { BlobOrigin }, { defaultWindowInBytes }] = await Promise.all([
        import("../azure/clients.js"),
        import("../azure/blob-origin.js"),
        import("../azure/read-ahead.js"),
      ]);
      const address = parseBlobAddress(input, { suffix: auth.cloud.storageSuffix });
      origins.push(new BlobOrigin(await containerOf(address, auth), address.prefix));
      aheadInBytes += defaultWindowInBytes;
    } else {
      if (input === "-")
        throw new OptionError("input", "expected what can be read again and again, got standard input");
      refuseAddress("input", input);
      const { LocalOrigin } = await import("../ingest/local-origin.js");
      const { checkFormat } = await import("../ingest/formats.js");
      origins.push(new LocalOrigin(input, checkFormat(flags.format)));
    }
  }
  return { origins, aheadInBytes };
}

function refuseAddress(flag: string, place: string): void {
  if (/^[a-z]+:\/\//i.test(place))
    throw new OptionError(flag, "expected a path, https://… or az://… of Blob Storage, or eventhub://… as an input");
}

/** Where rows go: the service, a folder of files, or both. */
async function destinationOf(flags: ScheduleFlags, auth: Auth): Promise<Destination> {
  const { endpoint, ruleId, stream, results, resultsFormat = "jsonl" } = flags;
  const { fileDestination, inTurn } = await import("../runs/results.js");
  const files =
    results === undefined ? undefined : fileDestination(await placeOf(results, auth), resultsFormat as ResultFormat);
  if (endpoint === undefined) {
    if (files === undefined || ruleId !== undefined)
      throw new ByomlError("usage", "--endpoint: expected where to deliver to, got nothing", {
        hint: "Give --endpoint and --rule-id of the data collection rule, or --results with a folder.",
      });
    return files;
  }
  const { serviceDestination } = await import("../azure/destination.js");
  const service = await serviceDestination(
    {
      endpoint,
      ruleId: required(ruleId, "--rule-id", "--rule-id dcr-0123456789abcdef0123456789abcdef"),
      stream: stream ?? `Custom-${defaultTable}`,
    },
    auth,
  );
  return files === undefined ? service : inTurn(files, service);
}

/** Where the file of a cycle goes, in a folder or below a prefix of blobs. */
async function placeOf(folder: string, auth: Auth): Promise<FilePlace> {
  const { isBlobAddress, parseBlobAddress } = await import("../azure/blob-address.js");
  if (isBlobAddress(folder)) {
    const address = parseBlobAddress(folder, { option: "--results", suffix: auth.cloud.storageSuffix });
    const [{ containerOf }, { blobTarget }] = await Promise.all([
      import("../azure/clients.js"),
      import("../azure/blob-target.js"),
    ]);
    const container = await containerOf(address, auth);
    const prefix = address.prefix === "" ? "" : `${address.prefix.replace(/\/$/, "")}/`;
    return { name: folder, target: (file, signal) => blobTarget(container, prefix + file, { signal }) };
  }
  refuseAddress("--results", folder);
  const { fileTarget } = await import("../sinks/file.js");
  const path = resolve(folder);
  return {
    name: folder,
    async target(file) {
      mkdirSync(path, { recursive: true });
      return fileTarget(join(path, file));
    },
  };
}

/** The exit code of a cycle that ended: dead letters are worth a look. */
export function exitOfCycle({ outcome }: RunRecord): number {
  return outcome === "partly-delivered" ? exitCodes.partial : 0;
}
