import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { aheadInBytes } from "../../src/azure/hub-origin.js";
import { errorOf, event } from "../ingest/helpers.js";
import { accessesOf, envelope, hubOf, originOf, sliceOf, users } from "./hub-helpers.js";

/** Partitions that are open at a time. */
const mostOpen = 8;

/** A hub of so many partitions, each with events of users of its own, and all that is there to read. */
async function partitioned(partitions: number, events: number) {
  const hub = await hubOf({ partitions });
  for (let partition = 0; partition < partitions; partition++)
    for (const user of users(events, partition * events)) hub.send(partition, envelope(user));
  const origin = originOf(hub);
  const slices = (await origin.list()).map((listed) => sliceOf(listed));
  return { hub, origin, slices, everyone: users(partitions * events).sort() };
}

describe("partitions side by side", () => {
  it("give each event once", async () => {
    const { hub, origin, slices, everyone } = await partitioned(20, 30);
    hub.fault = { after: 200, what: "drop" };
    const { seen } = await accessesOf(origin, slices);
    expect([...seen.keys()].sort()).toEqual(everyone);
    expect(new Set(seen.values())).toEqual(new Set([1]));
    expect([origin.lost, hub.readers]).toEqual([[], 0]);
  });

  it("are begun while the one before them is read, a few of them, and hold no more than is said", async () => {
    const hub = await hubOf({ partitions: 12 });
    const body = Buffer.from(JSON.stringify({ records: [event({ Account: "ann", filler: "x".repeat(50_000) })] }));
    for (let sent = 0; sent < 12 * 300; sent++) hub.send(sent % 12, body);
    const origin = originOf(hub);
    const sources = (await origin.list()).map((listed) => origin.source(sliceOf(listed)));
    const reading = sources[0].open()[Symbol.asyncIterator]();
    for (let chunks = 0; chunks < 2; chunks++) await reading.next();
    while (hub.readers < mostOpen) await sleep(5);
    for (let sent = -1; sent < hub.seen.sent; await sleep(200)) sent = hub.seen.sent;
    expect(hub.readers).toBe(mostOpen);
    expect(hub.seen.sent * body.length).toBeLessThanOrEqual(aheadInBytes);
    await reading.return!();
    expect(hub.readers).toBe(0);
  });

  it("are told what is wrong with one when it is its turn", async () => {
    const { hub, origin, slices } = await partitioned(3, 10);
    const names = slices.map(({ name }) => name);
    const wrong = slices.map((slice, at) => (at === 1 ? { ...slice, created: "2020-01-01T00:00:00.000Z" } : slice));
    const lines: number[] = [0, 0, 0];
    const sources = wrong.map((slice) => origin.source(slice));
    for await (const chunk of sources[0].open()) lines[0] += chunk.filter((byte) => byte === 10).length;
    const second = async () => {
      for await (const _ of sources[1].open());
    };
    expect(await errorOf(second())).toMatchObject({ name: "ReplacedError", details: { name: names[1] } });
    expect([lines[0], hub.readers]).toEqual([10, 0]);
  });

  it("end with an abort, all of them, and can be read anew", async () => {
    const { hub, origin, slices, everyone } = await partitioned(10, 50);
    const controller = new AbortController();
    const reading = origin.source(slices[0]).open(controller.signal)[Symbol.asyncIterator]();
    for (const slice of slices.slice(1)) origin.source(slice);
    for (let chunks = 0; chunks < 2; chunks++) await reading.next();
    while (hub.seen.links < mostOpen) await sleep(5);
    const reason = new Error("enough");
    controller.abort(reason);
    const rest = async () => {
      while (!(await reading.next()).done);
    };
    expect(await errorOf(rest())).toBe(reason);
    while (hub.readers > 0) await sleep(5);
    const { seen } = await accessesOf(origin, slices);
    expect([...seen.keys()].sort()).toEqual(everyone);
  });
});
