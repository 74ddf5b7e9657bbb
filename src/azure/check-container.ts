/* Checks of a container: as a source of exports, and as a place where the schedule keeps its state. */
import { randomUUID } from "node:crypto";
import type {
  ContainerClient,
  ContainerListBlobFlatSegmentResponse,
  ContainerListBlobsOptions,
} from "@azure/storage-blob";
import { inert } from "../base/text.js";
import type { BlobAddress } from "./blob-address.js";
import { type AzureCheck, type Clocks, failure, note, ok } from "./check.js";
import { type Auth, containerOf } from "./clients.js";
import { spanOf } from "./export-layout.js";
import { roles } from "./remedies.js";
import { bounded } from "./watch.js";

const dayInMs = 86_400_000;
const hourInMs = 3_600_000;
/** So many folders of workspaces are looked into at most, and so many levels. */
const [mostFolders, mostLevels] = [20, 20];

export interface ContainerCheckOptions {
  auth: Auth;
  clocks: Clocks;
  signal?: AbortSignal;
  /** How long an account may take until its first answer, 30,000 ms by default. */
  answerInMs?: number;
}

const defaultAnswerInMs = 30_000;

/** Whether the blobs of an address can be listed and read, and whether they are a data export's. */
export async function checkSource(address: BlobAddress, options: ContainerCheckOptions): Promise<AzureCheck[]> {
  const { auth, clocks, signal, answerInMs: silenceInMs = defaultAnswerInMs } = options;
  const place = placeOf(address);
  const name = `container ${place}`;
  const context = { role: roles.read, on: `the container ${inert(address.container, 80)}` };
  let client: ContainerClient;
  let first: string | undefined;
  const doing = `listing the container ${place}`;
  const { host } = new URL(address.endpoint);
  let asked = clocks.now();
  try {
    client = await containerOf(address, auth);
    asked = clocks.now();
    const page = await bounded((abortSignal) => firstPage(client, { prefix: address.prefix, abortSignal }), doing, {
      signal,
      silenceInMs,
    });
    clocks.saw(host, page.date, asked);
    first = page.segment.blobItems.find(({ properties }) => (properties.contentLength ?? 0) > 0)?.name;
  } catch (error) {
    clocks.sawError(host, error, asked);
    return [failure(name, error, doing, context)];
  }
  const checks = [ok(name, "reachable, may be listed")];
  if (first === undefined)
    return [
      ...checks,
      note(`blobs in ${place}`, "none yet", "A data export writes within half an hour of its set-up."),
    ];
  try {
    await client.getBlobClient(first).downloadToBuffer(0, 1, { abortSignal: signal });
    checks.push(ok(`blobs in ${place}`, "may be read"));
  } catch (error) {
    return [...checks, failure(`blobs in ${place}`, error, `reading a blob of ${place}`, context)];
  }
  try {
    checks.push(layoutCheck(address, await newestHour(client, address.prefix, signal), clocks.now()));
  } catch (error) {
    checks.push(failure(`export in ${place}`, error, `listing the folders of ${place}`, context));
  }
  return checks;
}

async function firstPage(client: ContainerClient, options: ContainerListBlobsOptions) {
  const { value } = await client.listBlobsFlat(options).byPage({ maxPageSize: 100 }).next();
  return value as ContainerListBlobFlatSegmentResponse;
}

function layoutCheck(address: BlobAddress, newest: number | null, now: number): AzureCheck {
  const name = `export in ${placeOf(address)}`;
  if (newest === null)
    return note(name, "the blobs are not in the folders of a data export; they are taken by their extension");
  const table = /^am-(.+)$/.exec(address.container)?.[1];
  const hour = `${new Date(newest).toISOString().slice(0, 13).replace("T", " ")}:00 UTC`;
  const found = `data export${table ? ` of the table ${inert(table, 80)}` : ""}, newest hour ${hour}`;
  return now - newest > dayInMs
    ? note(name, found, "Nothing came for a day: see whether the data export is still enabled.")
    : ok(name, found);
}

/**
 * The start of the newest hour in the folders of a data export; null where there are no such folders. Of folders of times only the last
 * is looked into, so that it takes a request a level.
 */
export async function newestHour(
  client: ContainerClient,
  prefix: string,
  signal?: AbortSignal,
): Promise<number | null> {
  let folders = [prefix];
  let newest: number | null = null;
  for (let level = 0; level < mostLevels && folders.length > 0; level++) {
    const next: string[] = [];
    for (const folder of folders) {
      const inside = await foldersIn(client, folder, signal);
      const timed = inside.filter((path) => spanOf(path) !== null).sort();
      if (timed.length === 0) next.push(...inside);
      else next.push(timed[timed.length - 1] as string);
    }
    folders = [];
    for (const folder of next) {
      const span = spanOf(folder);
      if (span === null || span.to - span.from > hourInMs) folders.push(folder);
      else newest = Math.max(newest ?? span.from, span.from);
    }
    folders = folders.slice(0, mostFolders);
  }
  return newest;
}

async function foldersIn(client: ContainerClient, prefix: string, abortSignal?: AbortSignal): Promise<string[]> {
  const folders: string[] = [];
  for await (const page of client.listBlobsByHierarchy("/", { prefix, abortSignal }).byPage({ maxPageSize: 5000 }))
    folders.push(...(page.segment.blobPrefixes ?? []).map(({ name }) => name));
  return folders;
}

/** Whether blobs can be made, leased, appended to and deleted below an address: what a state store does. Leaves nothing behind. */
export async function checkState(address: BlobAddress, options: ContainerCheckOptions): Promise<AzureCheck> {
  const { auth, clocks, signal, answerInMs: silenceInMs = defaultAnswerInMs } = options;
  const name = `state store ${placeOf(address)}`;
  let doing = "connecting";
  try {
    const client = await containerOf(address, auth);
    const folder = address.prefix === "" || address.prefix.endsWith("/") ? address.prefix : `${address.prefix}/`;
    const blob = client.getAppendBlobClient(`${folder}doctor-${randomUUID()}`);
    doing = "making a blob";
    const asked = clocks.now();
    const { date } = await bounded((abortSignal) => blob.create({ abortSignal }), `${doing} in ${placeOf(address)}`, {
      signal,
      silenceInMs,
    });
    clocks.saw(new URL(address.endpoint).host, date, asked);
    const lease = blob.getBlobLeaseClient();
    try {
      doing = "leasing a blob";
      const { leaseId } = await lease.acquireLease(15, { abortSignal: signal });
      doing = "appending to a blob";
      await blob.appendBlock("doctor", 6, { conditions: { leaseId }, abortSignal: signal });
      doing = "reading a blob";
      await blob.downloadToBuffer(0, 6, { abortSignal: signal });
      doing = "giving a lease back";
      await lease.releaseLease({ abortSignal: signal });
    } catch (error) {
      const remove = (leaseId?: string) => blob.deleteIfExists({ conditions: { leaseId } });
      // with the lease, or without where there is none; the first error is what counts
      await remove(lease.leaseId).catch(() => remove().catch(() => {}));
      throw error;
    }
    doing = "deleting a blob";
    await blob.delete({ abortSignal: signal });
  } catch (error) {
    const context = { role: roles.write, on: `the container ${inert(address.container, 80)}` };
    return failure(name, error, `${doing} in ${placeOf(address)}`, context);
  }
  return ok(name, "blobs can be made, leased, appended to and deleted");
}

function placeOf({ account, container, prefix }: BlobAddress): string {
  return inert(`${account}/${container}${prefix ? `/${prefix}` : ""}`, 150);
}
