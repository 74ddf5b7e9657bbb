/*
 * Where a schedule reads, remembers and delivers, by the addresses on the command line: each part of Azure is loaded when an address asks
 * for it.
 */
import { join, resolve } from "node:path";
import type { Auth } from "../azure/clients.js";
import { diskError } from "../base/disk-error.js";
import { ByomlError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { defaultStream } from "../delivery/columns.js";
import type { Format } from "../ingest/formats.js";
import type { Origin } from "../ingest/origin.js";
import type { FilePlace } from "../runs/results.js";
import type { Destination } from "../runs/schedule.js";
import type { Store } from "../runs/store.js";
import type { ResultFormat } from "../sinks/target.js";
import type { ScheduleFlags } from "./options/schedule.js";
import { required } from "./required.js";

/** Where the state is kept. */
export async function storeOf(place: string, auth: Auth): Promise<Store> {
  const { isBlobAddress } = await import("../azure/blob-address.js");
  if (isBlobAddress(place)) {
    const { BlobStore } = await import("../azure/blob-store.js");
    const { container, prefix } = await containerAt(place, "--state", auth);
    return new BlobStore(container, prefix);
  }
  return new (await import("../runs/folder-store.js")).FolderStore(place);
}

/** The origins of the inputs, and how much they hold of what comes next. */
export async function originsOf(
  inputs: readonly string[],
  flags: Pick<ScheduleFlags, "format" | "checkpoints">,
  auth: Auth,
): Promise<{ origins: readonly Origin[]; aheadInBytes: number }> {
  const [{ isBlobAddress }, { isHubAddress }, { ReadAhead }, { checkFormat }] = await Promise.all([
    import("../azure/blob-address.js"),
    import("../azure/hub-address.js"),
    import("../azure/read-ahead.js"),
    import("../ingest/formats.js"),
  ]);
  const format = checkFormat(flags.format);
  const ahead = new ReadAhead();
  const origins: Origin[] = [];
  const isBlob = (input: string) => isBlobAddress(input) && !isHubAddress(input); // anything with a scheme might be one
  let aheadInBytes = inputs.some(isBlob) ? ahead.windowInBytes : 0;
  for (const input of inputs) {
    if (isHubAddress(input)) {
      origins.push(await hubAt(input, flags.checkpoints, auth));
      aheadInBytes += (await import("../azure/hub-origin.js")).aheadInBytes;
    } else if (isBlob(input)) {
      const { BlobOrigin } = await import("../azure/blob-origin.js");
      const { container, prefix } = await containerAt(input, "input", auth);
      origins.push(new BlobOrigin(container, prefix, { ahead, format }));
    } else origins.push(await localAt(input, format));
  }
  return { origins, aheadInBytes };
}

async function hubAt(input: string, checkpoints: string | undefined, auth: Auth): Promise<Origin> {
  const [{ hubOrigin }, { parseHubAddress }] = await Promise.all([
    import("../azure/hub-origin.js"),
    import("../azure/hub-address.js"),
  ]);
  const place = checkpoints === undefined ? undefined : await containerAt(checkpoints, "--checkpoints", auth);
  if (place?.prefix)
    throw new OptionError("--checkpoints", "a container alone: where in it they are is the clients' own", checkpoints);
  const access = { credential: () => auth.credential(), env: auth.env };
  const address = parseHubAddress(input, { suffix: auth.cloud.hubSuffix });
  return hubOrigin(address, access, { checkpoints: place?.container });
}

async function localAt(input: string, format: Format | undefined): Promise<Origin> {
  if (input === "-") throw new OptionError("input", "expected what can be read again and again, got standard input");
  return new (await import("../ingest/local-origin.js")).LocalOrigin(input, format);
}

/** The container of an address, and the prefix in it. */
async function containerAt(address: string, option: string, auth: Auth) {
  const [{ containerOf }, { parseBlobAddress }] = await Promise.all([
    import("../azure/clients.js"),
    import("../azure/blob-address.js"),
  ]);
  const place = parseBlobAddress(address, { option, suffix: auth.cloud.storageSuffix });
  return { container: await containerOf(place, auth), prefix: place.prefix };
}

/** Where rows go: the service, a folder of files, or both. */
export async function destinationOf(flags: ScheduleFlags, auth: Auth): Promise<Destination> {
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
  const [{ logAnalytics }, { ingestionAccess }] = await Promise.all([
    import("../azure/destination.js"),
    import("../azure/clients.js"),
  ]);
  const service = logAnalytics({
    endpoint,
    ruleId: required(ruleId, "--rule-id", "--rule-id dcr-0123456789abcdef0123456789abcdef"),
    stream: stream ?? defaultStream,
    ...(await ingestionAccess(auth)),
  });
  return files === undefined ? service : inTurn(files, service);
}

/** Where the file of a cycle goes, in a folder or below a prefix of blobs. */
async function placeOf(folder: string, auth: Auth): Promise<FilePlace> {
  const { isBlobAddress } = await import("../azure/blob-address.js");
  if (isBlobAddress(folder)) {
    const { blobTarget } = await import("../azure/blob-target.js");
    const { container, prefix } = await containerAt(folder, "--results", auth);
    const inside = prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`;
    return { name: folder, target: (file, signal) => blobTarget(container, inside + file, { signal }) };
  }
  const [{ fileTarget }, { makeFolder }] = await Promise.all([
    import("../sinks/file.js"),
    import("../runs/folder-files.js"),
  ]);
  const path = resolve(folder);
  return {
    name: folder,
    async target(file) {
      await makeFolder(path).catch((error: unknown) => {
        throw diskError(`cannot write results to ${inert(folder, 300)}`, error);
      });
      return fileTarget(join(path, file));
    },
  };
}
