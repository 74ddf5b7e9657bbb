/* Blobs under a prefix, read and written as wholes. Every request ends, and fails with an error of ours. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { ContainerClient } from "@azure/storage-blob";
import { BlobAppends } from "./blob-append.js";
import { azureError } from "./errors.js";
import { codeOf, isNotFound, request, requestOrFail, timeFor } from "./store-requests.js";

/** Where blobs are: a container, a prefix that is empty or ends with a slash, and what messages call it. */
export interface BlobPlace {
  readonly container: ContainerClient;
  readonly prefix: string;
  readonly name: string;
}

/** Marks a blob that is there only to be leased: there is no object of its name. */
export const placeholder = { byomlplaceholder: "yes" };

/** How many blobs are sent, read or removed at a time. */
const atATime = 4;

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

  /**
   * @param lease  the id of the lease that it is written under
   * @returns false, and nothing is written, when the blob is not leased by that id any more
   */
  async write(key: string, bytes: Uint8Array, lease?: string): Promise<boolean> {
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const conditions = { leaseId: lease };
    return this.#request(`writing ${key}`, timeFor(body.length), async (abortSignal) => {
      try {
        await this.#block(key).uploadData(body, { abortSignal, conditions });
        return true;
      } catch (error) {
        if (lease !== undefined && codeOf(error).startsWith("Lease")) return false;
        throw error;
      }
    });
  }

  /** Makes a blob of a file. */
  async upload(key: string, path: string, size: number): Promise<void> {
    await this.#request(`writing ${key}`, timeFor(size), (abortSignal) =>
      this.#block(key).uploadFile(path, { abortSignal, concurrency: atATime }),
    );
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

  /** Whether there is a blob of that name. */
  async has(key: string): Promise<boolean> {
    return this.#request(`reading ${key}`, timeFor(0), async (abortSignal) => {
      try {
        return !isPlaceholder((await this.#blob(key).getProperties({ abortSignal })).metadata);
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    });
  }

  /**
   * Names of blobs that begin with a text, without the place's prefix.
   *
   * @param most  no more than so many
   */
  async keys(start: string, most = Number.POSITIVE_INFINITY): Promise<string[]> {
    const { container, prefix } = this.place;
    // A page has up to 5,000 names; a million of them is far more than a store has.
    return this.#request(`listing ${start}`, timeFor(0) * 5, async (abortSignal) => {
      const found: string[] = [];
      const options = { prefix: `${prefix}${start}`, includeMetadata: true, abortSignal };
      for await (const { name, metadata } of container.listBlobsFlat(options)) {
        // With a hierarchical namespace folders are listed, too.
        if (isPlaceholder(metadata) || metadata?.["hdi_isfolder"] === "true") continue;
        found.push(name.slice(prefix.length));
        if (found.length >= most) break;
      }
      return found;
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    await forEach(keys, (key) =>
      this.#request(`removing ${key}`, timeFor(0), (abortSignal) =>
        this.#blob(key).deleteIfExists({ abortSignal, deleteSnapshots: "include" }),
      ),
    );
  }

  /** Appends to a blob in the turn of its writer. */
  async append(key: string, appends: BlobAppends, bytes: Uint8Array): Promise<void> {
    const doing = `appending to ${key} of ${this.place.name}`;
    try {
      await appends.append(bytes, (send) => request(doing, timeFor(0), [this.signal], send));
    } catch (error) {
      this.signal?.throwIfAborted();
      throw azureError(error, doing);
    }
  }

  /** The writer that appends to a blob; there must be one alone. */
  appends(key: string): BlobAppends {
    return new BlobAppends(
      this.place.container.getAppendBlobClient(this.place.prefix + key),
      `${key} of ${this.place.name}`,
    );
  }

  #request<T>(doing: string, timeInMs: number, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    return requestOrFail(`${doing} of ${this.place.name}`, timeInMs, [this.signal], send);
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
