import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach } from "vitest";
import { type HubOrigin, hubOrigin } from "../../src/azure/hub-origin.js";
import type { Listed, Slice } from "../../src/ingest/origin.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { event, planOf, rowsOf } from "../ingest/helpers.js";
import { type Hub, startHub } from "./hub.js";

/** Short waits: on loopback nothing is far away. */
const times = { idleInMs: 100, retryDelayInMs: 10, answerTimeoutInMs: 1000 };
export const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const open of closing.splice(0).reverse()) await open.close();
});

/** A hub that is closed after the test. */
export async function hubOf(options?: Parameters<typeof startHub>[0]): Promise<Hub> {
  const hub = await startHub(options);
  closing.push(hub);
  return hub;
}

/** A hub as an origin, closed after the test. */
export function originOf(hub: Hub, options: Parameters<typeof hubOrigin>[2] = {}): HubOrigin {
  const env = { AZURE_EVENTHUB_CONNECTION_STRING: hub.connectionString };
  const origin = hubOrigin(`eventhub://${hub.host}/${hub.name}`, { env }, { ...times, ...options });
  closing.push(origin);
  return origin;
}

/** A way to a hub that can fall silent: what was said before has an answer, what is said from then on has none. */
export async function wayTo(hub: Hub, { silent = false } = {}) {
  const pairs: [Socket, Socket][] = [];
  const way = createServer((near) => {
    const far = connect(Number(hub.host.split(":")[1]), "127.0.0.1");
    pairs.push([near, far]);
    for (const socket of [near, far]) socket.on("error", () => {});
    if (!silent) near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(way, "listening");
  closing.push({
    async close() {
      for (const socket of pairs.flat()) socket.destroy();
      way.close();
    },
  });
  const host = `127.0.0.1:${(way.address() as AddressInfo).port}`;
  return {
    /** The address of the hub by this way, and the environment that lets in. */
    address: `eventhub://${host}/${hub.name}`,
    env: { AZURE_EVENTHUB_CONNECTION_STRING: hub.connectionString.replace(hub.host, host) },
    /** Connections so far. */
    get taken() {
      return pairs.length;
    },
    speak() {
      silent = false;
    },
    fallSilent() {
      silent = true;
      for (const socket of pairs.flat()) socket.unpipe().pause();
    },
  };
}

/** What is read of something listed. */
export const sliceOf = ({ length, ...listed }: Listed, from = 0, to = length): Slice => ({ ...listed, from, to });

/** An exported message: an envelope of accesses, one a user. */
export const envelope = (...users: readonly string[]) =>
  JSON.stringify({ records: users.map((Account) => event({ Account })) });
export const users = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `user${from + i}`);

/** What a table of accesses has, as user and weight. */
export async function accessesOf(origin: HubOrigin, slices: readonly Slice[]) {
  const { table, report } = await readAccesses(
    planOf(...slices.map((slice) => origin.source(slice))),
    resolveSelection(),
  );
  return { seen: new Map(rowsOf(table).map((row) => [row[1] as string, row[4] as number])), report };
}

/** The bytes of a slice as text, without the start that says nothing. */
export async function textOf(origin: HubOrigin, slice: Slice, signal?: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of origin.source(slice).open(signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString().trimStart();
}

export const linesOfText = (text: string) => text.split("\n").slice(0, -1);
