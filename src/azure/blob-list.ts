/* Lists blobs: all below a prefix, or, where a range of times is asked for, the folders of an export that can hold it. */
import type { BlobItem, ContainerClient } from "@azure/storage-blob";
import { type Format, formatOfName, isHidden, unknownFormat } from "../ingest/formats.js";
import type { Listed, ListOptions } from "../ingest/origin.js";
import { blobError, statusOf } from "./blob-errors.js";
import { urlOf, withoutQuery } from "./blob-names.js";
import { isWithinDay, overlap, spanOf } from "./export-layout.js";
import { bounded, Watch } from "./watch.js";

export interface BlobListOptions extends ListOptions {
  /** See BlobOriginOptions. */
  format?: Format;
  /** See Watch. */
  silenceInMs?: number;
}

export interface BlobList {
  /** In the order of names. */
  readonly blobs: readonly Listed[];
  /** Blobs of no known format, or hidden by a part of their name that starts with a dot or an underscore. */
  readonly ignored: number;
}

/** Names of a page of a listing, as many as the service gives. */
const maxPageSize = 5000;

/**
 * @param prefix  a blob, which is then the only one, or a folder
 * @throws ByomlError  when the container is missing or cannot be listed
 * @throws OptionError  when the prefix is a blob, and nothing says of which format
 */
export async function listBlobs(
  container: ContainerClient,
  prefix: string,
  options: BlobListOptions = {},
): Promise<BlobList> {
  const listing = new Listing(container, prefix, options);
  await listing.run();
  const blobs = listing.blobs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { blobs, ignored: listing.ignored };
}

class Listing {
  readonly blobs: Listed[] = [];
  ignored = 0;
  readonly #container: ContainerClient;
  readonly #doing: string;
  readonly #options: BlobListOptions;
  readonly #ranged: boolean;
  #folder: string;

  constructor(container: ContainerClient, prefix: string, options: BlobListOptions) {
    this.#container = container;
    this.#folder = prefix;
    this.#options = options;
    this.#ranged = options.since !== undefined || options.until !== undefined;
    this.#doing = `listing ${prefix === "" ? withoutQuery(container.url) : urlOf(container, prefix)}`;
  }

  async run(): Promise<void> {
    try {
      if (this.#folder !== "" && !this.#folder.endsWith("/")) {
        if (await this.#isBlob()) return;
        this.#folder += "/";
      }
      await this.#walk(this.#folder);
    } catch (error) {
      throw this.#options.signal?.aborted ? this.#options.signal.reason : blobError(error, this.#doing);
    }
  }

  /** Takes the blob of the very name, if there is one. A folder of a hierarchical namespace is a blob of a kind. */
  async #isBlob(): Promise<boolean> {
    const blob = this.#container.getBlobClient(this.#folder);
    try {
      const found = await bounded((abortSignal) => blob.getProperties({ abortSignal }), this.#doing, this.#options);
      if (isFolder(found.metadata)) return false;
      const { format } = this.#options;
      const known = formatOfName(this.#folder) ?? (format && { format, gzip: false });
      if (known === undefined) throw unknownFormat(urlOf(this.#container, this.#folder));
      this.#take(this.#folder, found, { ...known, format: format ?? known.format });
      return true;
    } catch (error) {
      // A missing container is told by listing it.
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  async #walk(folder: string): Promise<void> {
    const span = spanOf(folder);
    const held = this.#ranged && span !== null ? overlap(span, this.#options) : "some";
    if (held === "none") return;
    if (!this.#ranged || held === "all" || isWithinDay(folder)) {
      for await (const { segment } of this.#pages((how) => this.#container.listBlobsFlat({ prefix: folder, ...how })))
        for (const item of segment.blobItems) this.#see(item);
      return;
    }
    const folders: string[] = [];
    const how = { prefix: folder };
    for await (const { segment } of this.#pages((more) =>
      this.#container.listBlobsByHierarchy("/", { ...how, ...more }),
    )) {
      for (const item of segment.blobItems) this.#see(item);
      for (const { name } of segment.blobPrefixes ?? []) folders.push(name);
    }
    for (const below of folders)
      if (this.#isHidden(below)) this.ignored++;
      else await this.#walk(below);
  }

  async *#pages<Page>(
    list: (how: { includeMetadata: true; abortSignal: AbortSignal }) => {
      byPage(settings: { maxPageSize: number }): AsyncIterable<Page>;
    },
  ): AsyncIterable<Page> {
    const { signal, silenceInMs } = this.#options;
    signal?.throwIfAborted();
    const watch = new Watch(signal, silenceInMs);
    try {
      for await (const page of list({ includeMetadata: true, abortSignal: watch.signal }).byPage({ maxPageSize })) {
        watch.heard();
        yield page;
      }
    } catch (error) {
      throw watch.explain(error, this.#doing);
    } finally {
      watch.close();
    }
  }

  #see({ name, properties, metadata }: BlobItem): void {
    if (isFolder(metadata)) return;
    const known = formatOfName(name.slice(name.lastIndexOf("/") + 1));
    const span = this.#ranged ? spanOf(name) : null;
    if (span !== null && overlap(span, this.#options) === "none") return;
    if (known === undefined || this.#isHidden(name)) this.ignored++;
    else this.#take(name, properties, known);
  }

  #take(name: string, found: Found, { format, gzip }: { format: Format; gzip: boolean }): void {
    const { etag, createdOn, contentLength, blobType } = found;
    const grows = blobType === "AppendBlob" && format === "json" && !gzip;
    const created = createdOf(found);
    if (etag === undefined || contentLength === undefined || createdOn === undefined)
      throw new TypeError(`the service says too little of ${urlOf(this.#container, name)}`);
    this.blobs.push({
      ...{ name: urlOf(this.#container, name), etag: `"${etag.replaceAll('"', "")}"`, created },
      ...{ length: contentLength, grows, format, gzip },
    });
  }

  /** Whether a part of a name below the folder is hidden. */
  #isHidden(name: string): boolean {
    const below = name.slice(this.#folder.length);
    if (!/(^|\/)[._]/.test(below)) return false;
    const parts = below.split("/");
    return parts.some((part, at) => isHidden(part, parts[at - 1] ?? this.#folder.split("/").at(-2) ?? ""));
  }
}

interface Found {
  etag?: string;
  createdOn?: Date;
  contentLength?: number;
  blobType?: string;
}

/** What tells a blob from another one that has its name later: when it was created, to the second, and its kind. */
export function createdOf({ createdOn, blobType }: { createdOn?: Date; blobType?: string }): string {
  return `${createdOn?.toISOString() ?? "?"} ${blobType}`;
}

/** Folders are marked so by the service and by tools, of which some write it in other letters. */
function isFolder(metadata: Record<string, string> = {}): boolean {
  return Object.entries(metadata).some(([name, value]) => name.toLowerCase() === "hdi_isfolder" && value === "true");
}
