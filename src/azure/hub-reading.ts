/*
 * The events [from, to) of a partition, each once and in their order, over as many links as it takes.
 *
 * Sequence numbers follow each other without gaps, so they tell what was received before and what is missing. What is missing is asked
 * for once more, over a new link; what is not there then has been removed by the hub's retention (or by compaction), and is told.
 */
import type { PartitionProperties, ReceivedEventData } from "@azure/event-hubs";
import { ByomlError } from "../base/errors.js";
import { ReplacedError } from "../base/replaced.js";
import { inert } from "../base/text.js";
import type { Origin, Slice } from "../ingest/origin.js";
import type { BatchSize } from "./hub-batch-size.js";
import { type HubClient, tries } from "./hub-client.js";
import { hubError, isLasting } from "./hub-error.js";
import type { HubBatch } from "./hub-receive.js";

/** Events that were there, but not any more when they were to be read. */
export type Lost = NonNullable<Origin["lost"]>[number];

export interface Reading {
  readonly slice: Slice;
  readonly partition: string;
  readonly sizes: BatchSize;
  /** Is told what is lost, in the order of the events. */
  onLost(lost: Lost): void;
}

/**
 * @throws ReplacedError  when the hub was deleted and made again
 * @throws ByomlError  of kind "remote", when events do not come that are there
 */
export async function* readEvents(hub: HubClient, reading: Reading, signal?: AbortSignal): AsyncGenerator<HubBatch> {
  const { slice, partition, sizes } = reading;
  const place = new Place(reading);
  let failures = 0;
  /** Where it was when the last failure came; at first where it starts. */
  let failedAt = place.next;
  let heard = performance.now();
  while (!place.ended) {
    try {
      // Each time: what ended the last link may be that the hub was deleted.
      const { isEmpty, beginningSequenceNumber } = await check(hub, reading, signal);
      if (place.unsettled) failedAt = place.settle(isEmpty ? slice.to : beginningSequenceNumber);
      if (place.ended) return;
      const size = sizes.now;
      for await (const batch of hub.receive(partition, place.next, size, signal)) {
        if (batch.length === 0) {
          if (await isGone(hub, reading, signal)) return place.pass(slice.to);
          if (performance.now() - heard > hub.times.receiveTimeoutInMs) throw silent(hub, slice, place.next);
          continue;
        }
        failures = 0;
        const { fresh, missing } = place.take(batch);
        if (fresh.length > 0) {
          sizes.learn(fresh);
          yield fresh;
          heard = performance.now();
        }
        if (missing || place.ended || sizes.isFarFrom(size)) break;
      }
    } catch (error) {
      signal?.throwIfAborted();
      const late = performance.now() - heard > hub.times.receiveTimeoutInMs;
      // Who was given events was let in: the token may have expired since.
      const lasting = isLasting(error) && place.next === failedAt;
      failedAt = place.next;
      if (late || lasting || error instanceof ByomlError || ++failures === tries)
        throw hubError(error, `reading ${inert(slice.name, 300)}`);
      await hub.pause(failures, signal);
    }
  }
}

/** How far a slice was read. */
class Place {
  /** The sequence number of the next event. */
  next: number;
  readonly #reading: Reading;
  /** The missing event that was asked for once more. */
  #asked = -1;

  constructor(reading: Reading) {
    const { from, first = 0 } = reading.slice;
    this.#reading = reading;
    this.next = from > 0 ? from : first;
  }

  get ended(): boolean {
    return this.next >= this.#reading.slice.to;
  }

  /** Whether it is not known where to begin: nothing is promised of what was gone before the first reading. */
  get unsettled(): boolean {
    const { from, first } = this.#reading.slice;
    return this.next === 0 && from === 0 && first === undefined;
  }

  /** Begins at an event. */
  settle(beginning: number): number {
    this.next = Math.min(beginning, this.#reading.slice.to);
    return this.next;
  }

  /** Goes on at a later event: those before it are lost. */
  pass(sequenceNumber: number): void {
    const { slice, onLost } = this.#reading;
    const to = Math.min(sequenceNumber, slice.to);
    onLost({ name: slice.name, from: this.next, to });
    this.next = to;
  }

  /**
   * Goes on by a batch.
   *
   * @returns the events of the slice that were not received before, up to one that is missing and has to be asked for once more
   */
  take(batch: HubBatch): { fresh: HubBatch; missing: boolean } {
    const fresh: ReceivedEventData[] = [];
    for (const event of batch) {
      const { sequenceNumber } = event;
      if (sequenceNumber < this.next) continue;
      if (sequenceNumber > this.next && this.#asked !== this.next) {
        this.#asked = this.next;
        return { fresh, missing: true };
      }
      if (sequenceNumber > this.next) this.pass(sequenceNumber);
      if (this.ended) break;
      fresh.push(event);
      this.next++;
    }
    return { fresh, missing: false };
  }
}

/** Whether there is nothing left of what is to be read. */
async function isGone(hub: HubClient, reading: Reading, signal?: AbortSignal): Promise<boolean> {
  const { isEmpty, beginningSequenceNumber } = await check(hub, reading, signal);
  return isEmpty || beginningSequenceNumber >= reading.slice.to;
}

/** @throws ReplacedError  when the partition is of another hub than the one that was listed */
async function check(
  hub: HubClient,
  { slice, partition }: Reading,
  signal?: AbortSignal,
): Promise<PartitionProperties> {
  const [{ createdOn }, properties] = await Promise.all([hub.properties(signal), hub.partition(partition, signal)]);
  if (createdOn.toISOString() !== slice.created || properties.lastEnqueuedSequenceNumber + 1 < slice.to)
    throw new ReplacedError(slice.name, "was deleted and made again");
  return properties;
}

function silent({ times }: HubClient, { name, to }: Slice, next: number): ByomlError {
  const number = (value: number) => value.toLocaleString("en-US");
  return new ByomlError(
    "remote",
    `reading ${inert(name, 300)} failed (no event in ${number(times.receiveTimeoutInMs / 1000)} seconds, of ${number(to - next)} that are there, from sequence number ${number(next)} on)`,
    { hint: "Run again: nothing is lost.", details: { name, next, to } },
  );
}
