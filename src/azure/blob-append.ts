import { buffer } from "node:stream/consumers";
import type { AppendBlobClient } from "@azure/storage-blob";
import { ByomlError } from "../base/errors.js";
import { changedError } from "../runs/lost-lock.js";
import { codeOf } from "./blob-errors.js";

/** What the service takes at once in every version. */
const blockInBytes = 4 * 2 ** 20;

type Send = <T>(send: (abortSignal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Appends to one blob, one after the other, each at the position where the one before ended. A request whose reply was lost is sent
 * again by the client, and refused because the blob is longer by then: what is there is compared, so nothing is doubled and nothing of
 * another writer is taken for ours.
 */
export class BlobAppends {
  #position: number | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param name  of the object, for errors */
  constructor(
    private readonly client: AppendBlobClient,
    private readonly name: string,
  ) {}

  append(bytes: Uint8Array, send: Send): Promise<void> {
    const turn = this.#last.then(() => this.#append(bytes, send));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #append(bytes: Uint8Array, send: Send): Promise<void> {
    let position = this.#position ?? (await this.#begin(send));
    this.#position = undefined; // not known, should this fail
    for (let at = 0; at < bytes.length; at += blockInBytes) {
      const block = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(blockInBytes, bytes.length - at));
      const conditions = { appendPosition: position };
      try {
        await send((abortSignal) => this.client.appendBlock(block, block.length, { abortSignal, conditions }));
      } catch (error) {
        if (codeOf(error) !== "AppendPositionConditionNotMet") throw error;
        if (!(await this.#isThere(block, position, send))) throw changedError(this.name);
      }
      position += block.length;
    }
    this.#position = position;
  }

  /** Makes the blob where it is missing. @returns its length */
  async #begin(send: Send): Promise<number> {
    await send((abortSignal) => this.client.createIfNotExists({ abortSignal }));
    const { blobType, contentLength = 0 } = await send((abortSignal) => this.client.getProperties({ abortSignal }));
    if (blobType === "AppendBlob") return contentLength;
    throw new ByomlError("internal", `${this.name} was written as a whole, so nothing can be appended to it`);
  }

  async #isThere(block: Buffer, position: number, send: Send): Promise<boolean> {
    const found = await send(async (abortSignal) => {
      const { readableStreamBody } = await this.client.download(position, block.length, { abortSignal });
      return buffer(readableStreamBody!);
    });
    return found.equals(block);
  }
}
