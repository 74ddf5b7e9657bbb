import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { mostUnderway } from "../../src/azure/hub-receive.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { errorOf, event, planOf } from "../ingest/helpers.js";
import { envelope, hubOf, originOf, sliceOf, textOf, users } from "./hub-helpers.js";

/** Events of the largest batch, of the first one, and of one of events of 10 kB. */
const [mostEvents, firstEvents, largeEvents] = [2000, 8, 105];

it("100 MB of events are read with no more of them under way than a few batches", async () => {
  const hub = await hubOf();
  const body = Buffer.from(JSON.stringify({ records: [event({ Account: "ann", filler: "x".repeat(9860) })] }));
  for (let sent = 0; sent < 10_000; sent++) hub.send(0, body);
  const origin = originOf(hub);
  const [listed] = await origin.list();
  const source = origin.source(sliceOf(listed));
  let [taken, ahead] = [0, 0];
  const counted = {
    ...source,
    async *open(signal?: AbortSignal) {
      for await (const chunk of source.open(signal)) {
        taken += chunk.filter((byte) => byte === 10).length;
        ahead = Math.max(ahead, hub.seen.sent - taken);
        yield chunk;
      }
    },
  };
  const { report } = await readAccesses(planOf(counted), resolveSelection());
  expect(report.counted).toBe(10_000);
  expect(ahead).toBeLessThanOrEqual((mostUnderway + 1) * largeEvents);
});

it("who does not go on reading is not sent more", async () => {
  const hub = await hubOf();
  for (const user of users(30_000)) hub.send(0, envelope(user));
  const origin = originOf(hub);
  const [listed] = await origin.list();
  const reading = origin.source(sliceOf(listed)).open()[Symbol.asyncIterator]();
  let taken = 0;
  while (taken < 5000) taken += (await reading.next()).value.filter((byte: number) => byte === 10).length;
  for (let sent = -1; sent < hub.seen.sent; await sleep(300)) sent = hub.seen.sent;
  expect(hub.seen.sent - taken).toBeLessThanOrEqual((mostUnderway + 1) * mostEvents);
  await reading.return!();
});

it("a link on which little comes is given up before it may send too much at once", async () => {
  const hub = await hubOf();
  for (const user of users(firstEvents)) hub.send(0, envelope(user));
  const origin = originOf(hub, { idleInMs: 5, receiveTimeoutInMs: 3000 });
  const [listed] = await origin.list();
  hub.fault = { after: 0, what: "silence" };
  expect(await errorOf(textOf(origin, sliceOf(listed)))).toMatchObject({ kind: "remote" });
  expect(hub.seen.links).toBeGreaterThan(1);
  expect(hub.seen.mostCredit).toBeLessThanOrEqual((mostUnderway + 1) * firstEvents);
});
