/*
 * Results as block blobs, whole or not at all: blocks are staged, which nobody sees, and one commit makes a blob of them. What was staged
 * and never committed the service drops by itself after a week.
 */
import { randomBytes } from "node:crypto";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { ByomlError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { ResultTarget } from "../sinks/target.js";
import { blobError, statusOf } from "./blob-errors.js";
import { urlOf } from "./blob-names.js";
import { bounded } from "./watch.js";

export interface BlobTargetOptions {
  /** URLs of the blobs that are read; none of them may be the target. */
  inputs?: readonly string[];
  signal?: AbortSignal;
  /** Bytes of a block (default 8 MiB). A blob has 50,000 at most. */
  blockInBytes?: number;
  /** Blocks that are sent at a time (default 4). */
  uploads?: number;
  /** See Watch. */
  silenceInMs?: number;
}

/**
 * Checks, before any work is done, that a result can be written to a blob.
 *
 * @throws ByomlError  usage: the container is missing, the name is none, of a folder, of another kind of blob or of an input; auth,
 *                     remote: it cannot be looked at
 */
export async function blobTarget(
  container: ContainerClient,
  name: string,
  options: BlobTargetOptions = {},
): Promise<ResultTarget> {
  const url = urlOf(container, name);
  if (name === "" || name.endsWith("/")) throw refuse(url, "expected a blob, got a folder", "Name a blob in it.");
  if (options.inputs?.includes(url))
    throw refuse(url, "it is an input; results never replace what is read", "Name another blob.");
  const blob = container.getBlockBlobClient(name);
  const { blobType, metadata } = (await propertiesOf(blob, url, options)) ?? {};
  if (metadata?.["hdi_isfolder"] === "true") throw refuse(url, "expected a blob, got a folder", "Name a blob in it.");
  if (blobType !== undefined && blobType !== "BlockBlob")
    throw refuse(url, `expected a block blob, got another kind (${blobType}), as exports are`, "Name another blob.");
  return { write: (chunks, { signal } = {}) => new Writing(blob, url, { ...options, signal }).run(chunks) };
}

async function propertiesOf(blob: BlockBlobClient, url: string, options: BlobTargetOptions) {
  const doing = `looking at ${url}`;
  try {
    return await bounded((abortSignal) => blob.getProperties({ abortSignal }), doing, options);
  } catch (error) {
    const code = (error as { details?: { errorCode?: string } }).details?.errorCode;
    if (statusOf(error) === 404 && code !== "ContainerNotFound") return undefined;
    throw options.signal?.aborted ? error : blobError(error, doing, "write");
  }
}

function refuse(url: string, why: string, hint: string): ByomlError {
  return new ByomlError("usage", `${inert(url, 300)}: ${why}`, { hint, details: { blob: url } });
}

const contentTypes = new Map([
  ["csv", "text/csv; charset=utf-8"],
  ["parquet", "application/vnd.apache.parquet"],
  ["html", "text/html; charset=utf-8"],
]);

/** One blob being written. */
class Writing {
  readonly #blob: BlockBlobClient;
  readonly #url: string;
  readonly #options: BlobTargetOptions;
  /** Tells blocks of this writing from others of the same name. */
  readonly #id = randomBytes(8).toString("hex");
  readonly #staging = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #failed: { reason: unknown } | undefined;

  constructor(blob: BlockBlobClient, url: string, options: BlobTargetOptions) {
    this.#blob = blob;
    this.#url = url;
    this.#options = options;
  }

  /** @returns bytes */
  async run(chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>): Promise<number> {
    const { signal, blockInBytes = 8 * 2 ** 20, uploads = 4 } = this.#options;
    const stop = () => this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    const blocks: string[] = [];
    let bytes = 0;
    try {
      signal?.throwIfAborted();
      for await (const block of blocksOf(chunks, blockInBytes)) {
        while (this.#staging.size >= uploads) await Promise.race(this.#staging);
        this.#check();
        const id = Buffer.from(`${this.#id}-${String(blocks.length).padStart(6, "0")}`).toString("base64");
        blocks.push(id);
        bytes += block.length;
        this.#stage(id, block);
      }
      await Promise.all(this.#staging);
      this.#check();
      await this.#commit(blocks);
      return bytes;
    } catch (error) {
      this.#stop.abort(error);
      await Promise.all(this.#staging);
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #check(): void {
    this.#options.signal?.throwIfAborted();
    if (this.#failed !== undefined) throw this.#failed.reason;
  }

  #stage(id: string, block: Buffer): void {
    const task: Promise<void> = this.#request((abortSignal) =>
      this.#blob.stageBlock(id, block, block.length, { abortSignal }),
    )
      .catch((reason) => {
        this.#failed ??= { reason };
        this.#stop.abort(reason);
      })
      .finally(() => this.#staging.delete(task));
    this.#staging.add(task);
  }

  async #commit(blocks: string[]): Promise<void> {
    const extension = this.#url.slice(this.#url.lastIndexOf(".") + 1).toLowerCase();
    const blobContentType = contentTypes.get(extension) ?? "application/x-ndjson";
    const how = { blobHTTPHeaders: { blobContentType } };
    await this.#request((abortSignal) => this.#blob.commitBlockList(blocks, { ...how, abortSignal }));
  }

  async #request(request: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { silenceInMs } = this.#options;
    const { signal } = this.#stop;
    const doing = `writing ${this.#url}`;
    try {
      await bounded(request, doing, { signal, silenceInMs });
    } catch (error) {
      throw signal.aborted ? error : blobError(error, doing, "write");
    }
  }
}

/** Bytes in blocks of about the same size. */
async function* blocksOf(
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  blockInBytes: number,
): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const all = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let at = 0; at < all.length; ) {
      const part = all.subarray(at, at + blockInBytes - bytes);
      waiting.push(part);
      bytes += part.length;
      at += part.length;
      if (bytes < blockInBytes) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
