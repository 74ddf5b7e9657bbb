/* Addresses of blobs among the inputs of a command, read as files are. */
import type { ContainerClient } from "@azure/storage-blob";
import type { Format } from "../ingest/formats.js";
import type { RemoteInputs } from "../ingest/sources.js";
import { type BlobAddress, isBlobAddress, parseBlobAddress } from "./blob-address.js";
import type { FetchLimits } from "./blob-fetch.js";
import { BlobOrigin } from "./blob-origin.js";
import { type AheadOptions, ReadAhead } from "./read-ahead.js";

export interface BlobInputOptions extends AheadOptions, FetchLimits {
  /** Gives the client of an address's container. */
  containerOf(address: BlobAddress): Promise<ContainerClient>;
  /** See AddressOptions. */
  suffix?: string;
  /** Of blobs that are named one by one, whatever their names. */
  format?: Format;
  /** Folders of an export that cannot hold these times are not listed; milliseconds since 1970. */
  since?: number;
  until?: number;
  signal?: AbortSignal;
}

/** What `planInputs` asks for inputs that are addresses of blobs. All that it finds is read ahead in one window. */
export function planBlobs({ containerOf, suffix, ...options }: BlobInputOptions): RemoteInputs {
  const ahead = new ReadAhead(options);
  /** What was found: a blob that is reached twice must not be read ahead twice. */
  const seen = new Set<string>();
  return {
    aheadInBytes: ahead.windowInBytes,
    has: isBlobAddress,
    async find(input) {
      const address = parseBlobAddress(input, { suffix });
      const origin = new BlobOrigin(await containerOf(address), address.prefix, { ...options, ahead });
      const { since, until, signal } = options;
      const { blobs, ignored } = await origin.find({ since, until, signal });
      const fresh = blobs.filter(({ name }) => !seen.has(name));
      const sources = fresh.map(({ length, ...blob }) => {
        seen.add(blob.name);
        const source = origin.source({ ...blob, from: 0, to: length });
        // All of it is read now, and nothing goes on later: a last line that is torn is told as that of a file.
        return { ...source, range: undefined };
      });
      return { sources, ignored };
    },
  };
}
