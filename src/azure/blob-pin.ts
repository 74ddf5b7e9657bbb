/*
 * A blob as it was listed. Its bytes are read by that version's etag. An append blob that has grown has another etag, but the bytes that
 * it had: it is then read without the etag, and each answer must say that it is of the same blob still.
 */
import type { BlobClient } from "@azure/storage-blob";
import { ReplacedError } from "../base/replaced.js";
import type { Slice } from "../ingest/origin.js";
import { blobError, codeOf, statusOf } from "./blob-errors.js";
import { createdOf } from "./blob-list.js";

/** An account at its limits answers so for longer than the client's own few tries take; the others are of proxies. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** What is asked of an answer. */
type Answer = Awaited<ReturnType<BlobClient["download"]>>;

export class BlobPin {
  readonly #client: () => BlobClient;
  readonly #slice: Slice;
  /** Whether it has grown since it was listed. */
  #grown = false;

  /** @param client  makes the client of the blob, once it is read: there may be a hundred thousand that wait for it */
  constructor(client: () => BlobClient, slice: Slice) {
    this.#client = client;
    this.#slice = slice;
  }

  get name(): string {
    return this.#slice.name;
  }

  /**
   * Asks for bytes.
   *
   * @returns them as a stream, which may end early or fail
   * @throws ReplacedError, ByomlError  what is final; other errors may pass
   */
  async open(from: number, to: number, abortSignal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const { etag, grows } = this.#slice;
    // Others may find out in the meantime that it has grown.
    const grown = this.#grown;
    const conditions = grown ? undefined : { ifMatch: etag };
    try {
      const how = { abortSignal, conditions, maxRetryRequests: 0 };
      const answer = await this.#client().download(from, to - from, how);
      if (grown) this.#check(answer, to);
      return answer.readableStreamBody!;
    } catch (error) {
      if (abortSignal.aborted) throw error;
      if (statusOf(error) === 412 && grows && !grown) {
        this.#grown = true;
        return this.open(from, to, abortSignal);
      }
      throw this.#explain(error);
    }
  }

  #check(answer: Answer, to: number): void {
    const { created } = this.#slice;
    const length = Number(answer.contentRange?.split("/").at(-1) ?? answer.contentLength);
    let how: string | undefined;
    if (createdOf(answer) !== created) how = "was replaced";
    else if (!(length >= to)) how = "was cut";
    if (how === undefined) return;
    (answer.readableStreamBody as { destroy?(): void }).destroy?.();
    throw new ReplacedError(this.name, how);
  }

  /** Errors of the client hold the request with its authorisation: they are never passed on as a cause. */
  #explain(error: unknown): unknown {
    if (error instanceof ReplacedError) return error;
    const status = statusOf(error);
    if (status === 412) return new ReplacedError(this.name, "was overwritten or deleted");
    if (status === 416) return new ReplacedError(this.name, "was cut");
    if (status === 404 && codeOf(error) !== "ContainerNotFound") return new ReplacedError(this.name, "was deleted");
    return status === undefined || passing.has(status) ? error : blobError(error, `reading ${this.name}`);
  }
}
