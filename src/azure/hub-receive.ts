/*
 * A link to a partition as batches that are pulled, where the client pushes.
 *
 * The client asks for the next events when the handler of the last ones is done, so who does not pull holds it back. But each time it
 * asks for as many as fit its queue, whatever is still on its way, so that the events it has a right to grow with every batch that is not
 * full, without an end. So the link is given up when there could be too many, and whoever reads opens the next one.
 */
import type { EventHubConsumerClient, ReceivedEventData } from "@azure/event-hubs";

export type HubBatch = readonly ReceivedEventData[];

export interface ReceiveOptions {
  /** The sequence number of the first event. */
  readonly from: number;
  /** Events of a batch, at most, and of the client's queue. */
  readonly size: number;
  /** After such a time without events a batch is empty. */
  readonly idleInMs: number;
  readonly closeInMs: number;
  readonly signal?: AbortSignal;
}

/** A link is given up when so many batches may be under way. */
export const mostUnderway = 8;

/**
 * @returns until the link is given up
 * @throws what the client was told, or the signal's reason
 */
export async function* receiveBatches(
  client: EventHubConsumerClient,
  partition: string,
  { from, size, idleInMs, closeInMs, signal }: ReceiveOptions,
): AsyncGenerator<HubBatch> {
  signal?.throwIfAborted();
  const hand = new Hand<HubBatch>();
  const abort = () => hand.fail(signal!.reason);
  signal?.addEventListener("abort", abort);
  const subscription = client.subscribe(
    partition,
    {
      processEvents: (events) => hand.give(events),
      processError: async (error) => hand.fail(error),
    },
    {
      startPosition: { sequenceNumber: from, isInclusive: true },
      maxBatchSize: size,
      prefetchCount: size,
      maxWaitTimeInSeconds: idleInMs / 1000,
      skipParsingBodyAsJson: true,
    },
  );
  try {
    for (let underway = 0; underway <= mostUnderway * size; ) {
      const events = await hand.take();
      underway += size - events.length;
      yield events;
      hand.done();
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    hand.fail(new Error("the link is closed"));
    // A peer that does not answer would hold this for a minute.
    await atMost(closeInMs, subscription.close());
  }
}

/** Hands values over one at a time: giving one waits until it was used. */
class Hand<T> {
  #value: { held: T } | undefined;
  #error: { reason: unknown } | undefined;
  /** Wakes who waits for a value. */
  #wake = () => {};
  /** Lets who gave the value go on. */
  #used = () => {};

  give(value: T): Promise<void> {
    if (this.#error !== undefined) return Promise.resolve();
    this.#value = { held: value };
    this.#wake();
    return new Promise((resolve) => {
      this.#used = resolve;
    });
  }

  /** The next value; rejects as soon as there will be none. */
  async take(): Promise<T> {
    while (this.#error === undefined) {
      if (this.#value !== undefined) {
        const { held } = this.#value;
        this.#value = undefined;
        return held;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    throw this.#error.reason;
  }

  /** The value that was taken is used. */
  done(): void {
    this.#used();
  }

  fail(reason: unknown): void {
    this.#error ??= { reason };
    this.#wake();
    this.#used();
  }
}

/** Waits for what is closed, however that ends, but no longer than that. */
export async function atMost(milliseconds: number, closing: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([closing.catch(() => {}), late]);
  clearTimeout(timer);
}
