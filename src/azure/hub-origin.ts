/*
 * An event hub as an origin: each partition, as a consumer group reads it, is one thing that grows. Its length is counted in events, by
 * their sequence numbers, and its bytes are one line for each event: what Log Analytics exports is an envelope of records.
 */
import type { ContainerClient } from "@azure/storage-blob";
import type { Listed, ListOptions, Origin, Slice } from "../ingest/origin.js";
import type { ByteSource } from "../ingest/sources.js";
import type { Env } from "./auth-kinds.js";
import {
  connectionStringFor,
  type HubAddress,
  hubName,
  parseHubAddress,
  partitionName,
  partitionOf,
} from "./hub-address.js";
import { BatchSize, batchBytes } from "./hub-batch-size.js";
import { HubCheckpoints, type Place } from "./hub-checkpoints.js";
import { type HubAccess, HubClient, type HubTimes } from "./hub-client.js";
import { linesOf, textStart } from "./hub-lines.js";
import { type Lost, readEvents } from "./hub-reading.js";
import { type HubBatch, mostUnderway } from "./hub-receive.js";
import { SideBySide } from "./side-by-side.js";

/** Partitions that are open at a time: that of which events are scanned, and the next ones. To open one takes several answers. */
const mostOpen = 8;
/** Batches of each that are here or on their way, beside what its link has under way. */
const mostHeld = 2;
/** Bytes that the partitions of a hub may hold beside what was made of them: where little came, and then all of it at once. */
export const aheadInBytes = mostOpen * (mostUnderway + mostHeld) * batchBytes;

export interface HubOptions extends HubTimes {
  /** Where checkpoints are read the first time and written; none are without it. */
  readonly checkpoints?: ContainerClient;
}

/**
 * The hub of an address.
 *
 * @param address  as `parseHubAddress` has it
 * @param access   the environment, by default the process's, and a credential for where it has no connection string
 * @throws OptionError  when it is no address of a hub
 * @throws ByomlError  of kind "usage", when the connection string of the environment does not fit it
 */
export function hubOrigin(
  address: string | HubAddress,
  { credential, env = process.env }: Pick<HubAccess, "credential"> & { readonly env?: Env },
  options: HubOptions = {},
): HubOrigin {
  const parsed = typeof address === "string" ? parseHubAddress(address) : address;
  return new HubOrigin(parsed, { connectionString: connectionStringFor(parsed, env), credential }, options);
}

export class HubOrigin implements Origin {
  readonly name: string;
  /** What retention removed, of the slices that were read since the last listing. */
  lost: readonly Lost[] = [];
  readonly #client: HubClient;
  readonly #address: HubAddress;
  readonly #checkpoints: HubCheckpoints | undefined;
  readonly #ahead = new SideBySide<HubBatch>(mostOpen, mostHeld);
  readonly #sizes = new BatchSize();
  /** The last event that was read of each partition. */
  readonly #read = new Map<string, Place>();

  constructor(address: HubAddress, access: HubAccess, { checkpoints, ...times }: HubOptions = {}) {
    this.#address = address;
    this.name = hubName(address);
    this.#client = new HubClient(address, access, times);
    this.#checkpoints = checkpoints && new HubCheckpoints(checkpoints, address);
  }

  /** Every partition, in the order of names. A hub that does not exist is an error. Times are not looked at: late events may be in any. */
  async list({ known, signal }: ListOptions = {}): Promise<readonly Listed[]> {
    this.lost = [];
    const [{ createdOn, partitionIds }, checkpoints] = await Promise.all([
      this.#client.properties(signal),
      this.#checkpoints?.read(signal),
    ]);
    const partitions = await Promise.all(partitionIds.map((id) => this.#client.partition(id, signal)));
    const listed = partitions.map((properties): Listed => {
      const { partitionId, isEmpty, beginningSequenceNumber, lastEnqueuedSequenceNumber } = properties;
      const length = lastEnqueuedSequenceNumber + 1;
      const begin = isEmpty ? length : Math.min(beginningSequenceNumber, length);
      const name = partitionName(this.#address, partitionId);
      const created = createdOn.toISOString();
      // A checkpoint of a hub that was deleted says nothing of the one that has its name now, however long that is.
      const isAnother = (known?.(name)?.created ?? created) !== created;
      const read = isAnother ? 0 : (checkpoints?.get(partitionId)?.sequenceNumber ?? -1) + 1;
      return {
        name,
        etag: etagOf({ sequenceNumber: lastEnqueuedSequenceNumber, offset: properties.lastEnqueuedOffset }),
        created,
        length,
        // a checkpoint beyond the end is of a hub that was deleted
        first: read > length ? begin : Math.max(begin, read),
        grows: true,
        format: "json",
        gzip: false,
      };
    });
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Partitions are begun ahead in the order in which sources were asked for, so they should be scanned in that order. */
  source(slice: Slice): ByteSource {
    const { name } = slice;
    const events = this.#ahead.add((signal) => this.#events(slice, signal));
    return { name, format: "json", gzip: false, open: (signal) => this.#lines(slice, events(signal)) };
  }

  /** Writes the checkpoints. One of a slice that was cut short, and read by another process, stays where it was. */
  async committed(slices: readonly Slice[]): Promise<void> {
    if (this.#checkpoints === undefined) return;
    for (const { name, etag, to } of slices) {
      const place = [this.#read.get(name), placeOf(etag)].find((known) => known?.sequenceNumber === to - 1);
      if (place !== undefined && to > 0) await this.#checkpoints.write(partitionOf(name), place);
    }
  }

  async close(): Promise<void> {
    await this.#ahead.cancel();
    await this.#client.close();
  }

  async *#lines({ name }: Slice, batches: AsyncIterable<HubBatch>): AsyncGenerator<Uint8Array> {
    yield textStart;
    for await (const events of batches) {
      yield* linesOf(events);
      const { sequenceNumber, offset } = events.at(-1)!;
      this.#read.set(name, { sequenceNumber, offset });
    }
  }

  #events(slice: Slice, signal: AbortSignal): AsyncGenerator<HubBatch> {
    const { name } = slice;
    // What was said of an earlier reading of the same events is said anew.
    this.lost = this.lost.filter((lost) => lost.name !== name || lost.from < slice.from);
    const onLost = (lost: Lost) => {
      this.lost = [...this.lost, lost];
    };
    return readEvents(this.#client, { slice, partition: partitionOf(name), sizes: this.#sizes, onLost }, signal);
  }
}

function etagOf({ sequenceNumber, offset }: Place): string {
  return `${sequenceNumber}/${offset}`;
}

function placeOf(etag: string): Place {
  const at = etag.indexOf("/");
  return { sequenceNumber: Number(etag.slice(0, at)), offset: etag.slice(at + 1) };
}
