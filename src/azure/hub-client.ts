/*
 * One connection to an event hub: its properties, and links that read a partition. Every wait ends: by an answer, an abort or a time-out
 * of our own, since the client's are a minute for each of several tries.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventHubConsumerClient, EventHubProperties, PartitionProperties } from "@azure/event-hubs";
import type { TokenCredential } from "@azure/identity";
import { ByomlError } from "../base/errors.js";
import { version } from "../base/version.js";
import { type HubAddress, hubName } from "./hub-address.js";
import { hubError, isLasting } from "./hub-error.js";
import { atMost, type HubBatch, receiveBatches } from "./hub-receive.js";

/** How to be let in: a connection string, or a credential that is asked for when there is none. */
export interface HubAccess {
  readonly connectionString?: string;
  readonly credential?: () => TokenCredential | Promise<TokenCredential>;
}

export interface HubTimes {
  /** How long a request may take (default 60,000). */
  readonly requestTimeoutInMs?: number;
  /** How long the client waits for an answer before it is asked anew: it does not notice that the connection it asked on was lost (default 15,000). */
  readonly answerTimeoutInMs?: number;
  /** How long no event may come where there are some (default 60,000). */
  readonly receiveTimeoutInMs?: number;
  /** Before the first try again; twice as long before each of the next ones (default 500). */
  readonly retryDelayInMs?: number;
  /** After such a time without events a link is looked after (default 1000). */
  readonly idleInMs?: number;
}

const defaultTimes: Required<HubTimes> = {
  requestTimeoutInMs: 60_000,
  answerTimeoutInMs: 15_000,
  receiveTimeoutInMs: 60_000,
  retryDelayInMs: 500,
  idleInMs: 1000,
};

/** Tries in all, of what may succeed when it is tried again. */
export const tries = 5;
/** Longer is not waited for a link or a connection to be closed in good order. */
const closeInMs = 500;

const packages = "@azure/event-hubs@6.0.4 @azure/eventhubs-checkpointstore-blob@2.0.0";

export class HubClient {
  readonly address: HubAddress;
  readonly times: Required<HubTimes>;
  readonly #access: HubAccess;
  #client: Promise<EventHubConsumerClient> | undefined;

  constructor(address: HubAddress, access: HubAccess, times: HubTimes = {}) {
    this.address = address;
    this.#access = access;
    this.times = { ...defaultTimes, ...times };
  }

  properties(signal?: AbortSignal): Promise<EventHubProperties> {
    return this.#ask(signal, (client, abortSignal) => client.getEventHubProperties({ abortSignal }));
  }

  partition(id: string, signal?: AbortSignal): Promise<PartitionProperties> {
    return this.#ask(signal, (client, abortSignal) => client.getPartitionProperties(id, { abortSignal }));
  }

  /**
   * Events of a partition in their order, from a sequence number on, over one link, until that fails.
   *
   * @param size  events that are asked for at a time
   * @returns batches, empty ones where nothing came for a while
   */
  async *receive(partition: string, from: number, size: number, signal?: AbortSignal): AsyncGenerator<HubBatch> {
    const client = await this.#open();
    const { idleInMs } = this.times;
    yield* receiveBatches(client, partition, { from, size, idleInMs, closeInMs, signal });
  }

  /** Waits before the try after one that failed. */
  pause(failures: number, signal?: AbortSignal): Promise<void> {
    return sleep(this.times.retryDelayInMs * 2 ** (failures - 1), undefined, { signal });
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    if (client === undefined) return;
    await atMost(closeInMs, client.close());
    await closeSocket(client);
  }

  /** Asks for properties, several times where the connection fails. */
  async #ask<T>(
    signal: AbortSignal | undefined,
    call: (client: EventHubConsumerClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const doing = `asking ${hubName(this.address)} for its properties`;
    for (let failures = 0; ; ) {
      signal?.throwIfAborted();
      try {
        const client = await this.#open();
        return await within(this.times.requestTimeoutInMs, doing, signal, (abort) => call(client, abort));
      } catch (error) {
        signal?.throwIfAborted();
        if (isLasting(error) || error instanceof ByomlError || ++failures === tries) throw hubError(error, doing);
        await this.pause(failures, signal);
      }
    }
  }

  #open(): Promise<EventHubConsumerClient> {
    this.#client ??= this.#make();
    return this.#client;
  }

  async #make(): Promise<EventHubConsumerClient> {
    const { EventHubConsumerClient } = await optional(() => import("@azure/event-hubs"));
    const { address } = this;
    const { connectionString, credential } = this.#access;
    // Trying again is done here, where it is known what was received and what cannot succeed.
    const { requestTimeoutInMs, answerTimeoutInMs } = this.times;
    const retryOptions = { maxRetries: 0, timeoutInMs: Math.min(requestTimeoutInMs, answerTimeoutInMs) };
    const options = { retryOptions, userAgent: `byoml/${version}` };
    const { consumerGroup, hub, host } = address;
    try {
      if (connectionString !== undefined)
        return new EventHubConsumerClient(consumerGroup, withHub(connectionString, hub), options);
    } catch {
      // The client's message holds the connection string.
      throw new ByomlError("usage", `the connection string of ${hubName(address)} cannot be used`);
    }
    if (credential === undefined) throw new ByomlError("auth", `there is no credential for ${hubName(address)}`);
    return new EventHubConsumerClient(consumerGroup, host, hub, await credential(), options);
  }
}

/**
 * Loads one of the packages that are installed by whoever reads event hubs.
 *
 * @throws ByomlError  of kind "usage", where it is missing
 */
export async function optional<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new ByomlError("usage", "reading event hubs needs packages that are not installed", {
      hint: `Install them beside byoml: npm install ${packages}`,
    });
  }
}

/** Ends a wait that the client does not end. */
async function within<T>(
  milliseconds: number,
  doing: string,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ender = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    ender.signal.addEventListener("abort", () => reject(ender.signal.reason));
  });
  const timer = setTimeout(() => {
    const seconds = milliseconds / 1000;
    const message = `${doing} failed (no answer in ${seconds} ${seconds === 1 ? "second" : "seconds"})`;
    ender.abort(
      new ByomlError("remote", message, { hint: "Check the network and that port 5671 is open, then run again." }),
    );
  }, milliseconds);
  const abort = () => ender.abort(signal!.reason);
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([call(ender.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** The hub's name is compared with that in a connection string by case, so only one of them is given. */
function withHub(connectionString: string, hub: string): string {
  return /(^|;)\s*EntityPath\s*=/i.test(connectionString)
    ? connectionString
    : `${connectionString.replace(/;\s*$/, "")};EntityPath=${hub}`;
}

/**
 * Waits for the socket of a closed connection, and ends it where the other end does not: it and its timers would keep the process. An
 * error is how the client learns of it.
 */
async function closeSocket(client: EventHubConsumerClient): Promise<void> {
  type Inside = { _context?: { connection?: { _connection?: { socket?: Socket } } } };
  const socket = (client as unknown as Inside)._context?.connection?._connection?.socket;
  if (socket === undefined || socket.destroyed) return;
  await atMost(closeInMs, once(socket, "close"));
  if (!socket.destroyed) socket.destroy(new Error("the connection is closed"));
}
