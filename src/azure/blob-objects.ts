/* Blobs under a prefix, read and written as wholes. Every request ends, and fails with an error of ours. */
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { ContainerClient } from "@azure/storage-blob";
import { changedError } from "../runs/lost-lock.js";
import { BlobAppends } from "./blob-append.js";
import { blobError } from "./blob-errors.js";
import { isLeaseRefusal, isNotFound, isOtherThere, requestOrFail, timeFor } from "./store-requests.js";
import { bounded } from "./watch.js";

/** Where blobs are: a container, a prefix that is empty or ends with a slash, and what messages call it. */
export interface BlobPlace {
  readonly container: ContainerClient;
  readonly prefix: string;
  readonly name: string;
}

/** A blob as it was found. */
export interface Found {
  readonly key: string;
  readonly etag: string;
}

/** Marks a blob that is there only to be leased: there is no object of its name. */
export const placeholder = { byomlplaceholder: "yes" };

/** How many blobs are sent, read or removed at a time. */
const atATime = 4;

type Conditions = { ifNoneMatch: string } | { ifMatch: string };
interface WriteOptions {
  abortSignal: AbortSignal;
  conditions: Conditions;
  metadata: Record<string, string>;
}

export class BlobObjects {
  constructor(
    private readonly place: BlobPlace,
    private readonly signal?: AbortSignal,
  ) {}

  /** The bytes of a blob; null where there is none. */
  async read(key: string): Promise<Buffer | null> {
    return this.#request(`reading ${key}`, timeFor(0), async (abortSignal) => {
      try {
        const { readableStreamBody, metadata } = await this.#blob(key).download(0, undefined, { abortSignal });
        const bytes = await buffer(readableStreamBody!);
        return isPlaceholder(metadata) ? null : bytes;
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    });
  }

  /** Makes a blob of bytes, in the place of the one that is there. @throws ByomlError  remote, when another comes between */
  async write(key: string, bytes: Uint8Array): Promise<void> {
    const body = bufferOf(bytes);
    await this.#place(key, body.length, (options) => this.#block(key).uploadData(body, options));
  }

  /** Makes a blob of a file, as `write` does. */
  async upload(key: string, path: string, size: number): Promise<void> {
    await this.#place(key, size, (options) => this.#block(key).uploadFile(path, { ...options, concurrency: atATime }));
  }

  /**
   * Writes a blob that is leased.
   *
   * @param leaseId  what it is leased by
   * @returns false, and nothing is written, when it is not leased by that id any more
   */
  async writeLeased(key: string, bytes: Uint8Array, leaseId: string): Promise<boolean> {
    const body = bufferOf(bytes);
    return this.#request(`writing ${key}`, timeFor(body.length), async (abortSignal) => {
      try {
        await this.#block(key).uploadData(body, { abortSignal, conditions: { leaseId } });
        return true;
      } catch (error) {
        if (isLeaseRefusal(error)) return false;
        throw error;
      }
    });
  }

  /** Makes a file of a blob. The client goes on with the same version of the blob after a broken connection. */
  async download(key: string, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    const { contentLength = 0 } = await this.#request(`reading ${key}`, timeFor(0), (abortSignal) =>
      this.#blob(key).getProperties({ abortSignal }),
    );
    await this.#request(`reading ${key}`, timeFor(contentLength), async (abortSignal) => {
      const { readableStreamBody } = await this.#blob(key).download(0, undefined, { abortSignal });
      await pipeline(readableStreamBody!, createWriteStream(path), { signal: abortSignal });
    });
  }

  /** A blob as it is; null where there is none of that name. */
  async find(key: string): Promise<(Found & { metadata?: Record<string, string> }) | null> {
    return this.#request(`reading ${key}`, timeFor(0), async (abortSignal) => {
      try {
        const { etag = "", metadata } = await this.#blob(key).getProperties({ abortSignal });
        return isPlaceholder(metadata) ? null : { key, etag, metadata };
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    });
  }

  /**
   * Blobs whose names begin with a text.
   *
   * @param most  no more than so many
   */
  async list(start: string, most = Number.POSITIVE_INFINITY): Promise<Found[]> {
    const { container, prefix } = this.place;
    // A page has up to 5,000 names, and a store far fewer than a hundred pages.
    return this.#request(`listing ${start}`, timeFor(0) * 5, async (abortSignal) => {
      const found: Found[] = [];
      const options = { prefix: `${prefix}${start}`, includeMetadata: true, abortSignal };
      for await (const { name, metadata, properties } of container.listBlobsFlat(options)) {
        // With a hierarchical namespace folders are listed, too.
        if (isPlaceholder(metadata) || metadata?.["hdi_isfolder"] === "true") continue;
        found.push({ key: name.slice(prefix.length), etag: properties.etag });
        if (found.length >= most) break;
      }
      return found;
    });
  }

  /** Removes blobs as they were found; one that is another by now stays. */
  async remove(found: readonly Found[]): Promise<void> {
    await forEach(found, async ({ key, etag }) => {
      const removed = await this.#request(`removing ${key}`, timeFor(0), async (abortSignal) => {
        try {
          const conditions = { ifMatch: etag };
          await this.#blob(key).deleteIfExists({ abortSignal, conditions, deleteSnapshots: "include" });
          return true;
        } catch (error) {
          if (isOtherThere(error)) return false;
          throw error;
        }
      });
      // One that is not there was removed by a request whose reply was lost.
      if (!removed && (await this.find(key)) !== null) throw changedError(this.#nameOf(key));
    });
  }

  /** Appends to a blob in the turn of its writer. */
  async append(key: string, appends: BlobAppends, bytes: Uint8Array): Promise<void> {
    const doing = `appending to ${this.#nameOf(key)}`;
    try {
      const options = { signal: this.signal, silenceInMs: timeFor(0) };
      await appends.append(bytes, (send) => bounded(send, doing, options));
    } catch (error) {
      throw this.signal?.aborted ? this.signal.reason : blobError(error, doing, "write");
    }
  }

  /** The writer that appends to a blob; there must be one alone. */
  appends(key: string): BlobAppends {
    return new BlobAppends(this.place.container.getAppendBlobClient(this.place.prefix + key), this.#nameOf(key));
  }

  /** Writes under the condition that what is there is what is found there now. */
  async #place(key: string, bytes: number, write: (options: WriteOptions) => Promise<unknown>): Promise<void> {
    const old = await this.find(key);
    const conditions = old === null ? { ifNoneMatch: "*" } : { ifMatch: old.etag };
    const metadata = { byomlwrite: randomUUID() };
    const written = await this.#request(`writing ${key}`, timeFor(bytes), async (abortSignal) => {
      try {
        await write({ abortSignal, conditions, metadata });
        return true;
      } catch (error) {
        if (isOtherThere(error)) return false;
        throw error;
      }
    });
    if (written) return;
    // Where a reply was lost, the client has sent it again, and what is there is our own.
    const there = await this.find(key);
    if (there?.metadata?.["byomlwrite"] !== metadata.byomlwrite) throw changedError(this.#nameOf(key));
  }

  #request<T>(doing: string, timeInMs: number, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    return requestOrFail(`${doing} of ${this.place.name}`, timeInMs, this.signal, send);
  }

  #nameOf(key: string): string {
    return `${key} of ${this.place.name}`;
  }

  #blob(key: string) {
    return this.place.container.getBlobClient(this.place.prefix + key);
  }

  #block(key: string) {
    return this.place.container.getBlockBlobClient(this.place.prefix + key);
  }
}

/** Some at a time; the first failure ends it. */
export async function forEach<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const turns = Array.from({ length: Math.min(atATime, items.length) }, async () => {
    for (const item of rest) await act(item);
  });
  await Promise.all(turns);
}

function isPlaceholder(metadata?: Record<string, string>): boolean {
  return metadata?.["byomlplaceholder"] === "yes";
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
