/* Containers with blobs for tests, and readings of them. */
import { BlobServiceClient, type ContainerClient, newPipeline, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll } from "vitest";
import { BlobOrigin, type BlobOriginOptions } from "../../src/azure/blob-origin.js";
import { DataError } from "../../src/base/errors.js";
import type { Listed, Origin } from "../../src/ingest/origin.js";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection, type SelectionOptions } from "../../src/ingest/selection.js";
import type { ByteSource } from "../../src/ingest/sources.js";
import { planOf, rowsOf } from "../ingest/helpers.js";
import { startAzurite } from "./azurite.js";

/** One Azurite for a file of tests. */
export function azurite() {
  const started = {} as Awaited<ReturnType<typeof startAzurite>> & { containers: number };
  beforeAll(async () => Object.assign(started, await startAzurite(), { containers: 0 }));
  afterAll(() => started.close());
  return {
    get connectionString() {
      return started.connectionString;
    },
    get url() {
      return started.url;
    },
    /** A new container; with `through` its client talks to another port, such as a proxy's. */
    async container(through?: number): Promise<ContainerClient> {
      const name = `test-${started.containers++}`;
      await BlobServiceClient.fromConnectionString(started.connectionString).createContainer(name);
      return clientOf(started, name, through);
    },
    clientOf: (name: string, through?: number) => clientOf(started, name, through),
  };
}

function clientOf({ url, connectionString }: { url: string; connectionString: string }, name: string, port?: number) {
  const [, account, key] = /AccountName=([^;]+);AccountKey=([^;]+)/.exec(connectionString)!;
  const own = new URL(url);
  if (port !== undefined) own.port = String(port);
  const pipeline = newPipeline(new StorageSharedKeyCredential(account, key), {
    retryOptions: { maxTries: 3, retryDelayInMs: 10 },
  });
  return new BlobServiceClient(own.href, pipeline).getContainerClient(name);
}

/** Makes an append blob, empty at first, or goes on with one. */
export async function append(container: ContainerClient, name: string, ...texts: (string | Uint8Array)[]) {
  const blob = container.getAppendBlobClient(name);
  await blob.createIfNotExists();
  for (const text of texts) {
    const bytes = Buffer.from(text as string);
    if (bytes.length > 0) await blob.appendBlock(bytes, bytes.length);
  }
}

export async function upload(container: ContainerClient, name: string, text: string | Uint8Array) {
  const bytes = Buffer.from(text as string);
  await container.getBlockBlobClient(name).upload(bytes, bytes.length);
}

/** Time enough for another creation time: the service tells it in seconds. */
export const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1100));

export const originOf = (container: ContainerClient, prefix = "", options: BlobOriginOptions = {}) =>
  new BlobOrigin(container, prefix, { delayInMs: 1, ...options });

/** The name of a blob in its container, as it was written. */
export const shortName = ({ name }: { name: string }) =>
  decodeURIComponent(new URL(name).pathname.split("/").slice(3).join("/"));

export const wholeOf = (origin: Origin, { length, ...listed }: Listed) =>
  origin.source({ ...listed, from: 0, to: length });

export async function bytesOf(source: ByteSource, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads sources; where nothing is counted the facts are those of the error. */
export async function readSources(sources: ByteSource[], options: ReadOptions = {}, selection: SelectionOptions = {}) {
  try {
    const { table, report } = await readAccesses(planOf(...sources), resolveSelection(selection), options);
    return { rows: rowsOf(table), resume: report.resume, counted: report.counted, torn: report.torn };
  } catch (error) {
    if (!(error instanceof DataError) || !error.message.startsWith("no access")) throw error;
    return { rows: [], resume: error.details["resume"] as { file: string; offset: number }[], counted: 0, torn: [] };
  }
}
