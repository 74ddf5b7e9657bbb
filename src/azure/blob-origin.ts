/* Blobs below a prefix as an origin. */
import type { ContainerClient } from "@azure/storage-blob";
import type { Format } from "../ingest/formats.js";
import type { Listed, ListOptions, Origin, Slice } from "../ingest/origin.js";
import { wholeFile } from "../ingest/ranges.js";
import type { ByteSource } from "../ingest/sources.js";
import { type FetchLimits, fetchRange, fetchWhole } from "./blob-fetch.js";
import { type BlobList, type BlobListOptions, listBlobs } from "./blob-list.js";
import { clientOf, urlOf, withoutQuery } from "./blob-names.js";
import { BlobPin } from "./blob-pin.js";
import { type AheadOptions, ReadAhead } from "./read-ahead.js";

export interface BlobOriginOptions extends AheadOptions, FetchLimits {
  /** What reads ahead, where several origins are read one after the other. */
  ahead?: ReadAhead;
  /** Of a blob that the prefix names as a whole, whatever its name. */
  format?: Format;
}

/**
 * Sources are read ahead in the order in which they were asked for, so they should be scanned in that order.
 *
 * Names are URLs without a query. What grows are append blobs of uncompressed JSON lines, as data exports are.
 */
export class BlobOrigin implements Origin {
  readonly name: string;
  readonly #container: ContainerClient;
  readonly #prefix: string;
  readonly #ahead: ReadAhead;
  readonly #limits: FetchLimits;
  readonly #format: Format | undefined;

  /** @param prefix  a folder of blobs, or a blob; empty for the whole container */
  constructor(container: ContainerClient, prefix = "", { ahead, format, ...options }: BlobOriginOptions = {}) {
    this.#container = container;
    this.#prefix = prefix;
    this.#ahead = ahead ?? new ReadAhead(options);
    this.#limits = options;
    this.#format = format;
    this.name = prefix === "" ? withoutQuery(container.url) : urlOf(container, prefix);
  }

  /** Bytes that its sources hold at most while others are read: for the plan that they are part of. */
  get aheadInBytes(): number {
    return this.#ahead.windowInBytes;
  }

  async list(options: ListOptions = {}): Promise<readonly Listed[]> {
    return (await this.find(options)).blobs;
  }

  /** The same, and how many blobs were left out. */
  find(options: BlobListOptions = {}): Promise<BlobList> {
    const { silenceInMs } = this.#limits;
    return listBlobs(this.#container, this.#prefix, { silenceInMs, format: this.#format, ...options });
  }

  source(slice: Slice): ByteSource {
    const { name, format, gzip, grows, from, to } = slice;
    const pin = new BlobPin(() => clientOf(this.#container, name), slice);
    const size = to - from;
    const shared = { name, size, format, gzip };
    const limits = this.#limits;
    if (format === "parquet")
      return {
        ...shared,
        open: (signal) => fetchRange(pin, from, to, limits, signal),
        slice: (start, end, signal) => fetchWhole(pin, from + start, from + Math.min(end, size), limits, signal),
      };
    const reading = this.#ahead.add(from, to, (start, end, signal) => fetchRange(pin, start, end, limits, signal));
    const range = grows ? { ...wholeFile, from, growing: true } : undefined;
    return { ...shared, range, open: (signal) => reading.read(signal) };
  }

  async close(): Promise<void> {
    this.#ahead.cancel(new DOMException("the origin was closed", "AbortError"));
  }
}
