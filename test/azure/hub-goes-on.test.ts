import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { errorOf } from "../ingest/helpers.js";
import { accessesOf, envelope, hubOf, linesOfText, originOf, sliceOf, textOf, users } from "./hub-helpers.js";

describe("reading goes on", () => {
  it.each([
    ["drop", ""],
    ["detach", "amqp:link:detach-forced"],
    ["detach", "amqp:internal-error"],
    ["detach", "amqp:unauthorized-access"],
  ] as const)("after a %s in the middle, %s, with no event lost or doubled", async (what, condition) => {
    const hub = await hubOf();
    const all = users(500);
    for (const user of all) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.fault = { after: 230, what, error: { condition } };
    expect(linesOfText(await textOf(origin, sliceOf(listed)))).toEqual(all.map((user) => envelope(user)));
    expect(hub.seen.links).toBeGreaterThan(1);
    expect(hub.readers).toBe(0);
  });

  it("on a new connection when the last one was dropped while nothing was asked", async () => {
    const hub = await hubOf();
    hub.send(0, envelope("ann"));
    const origin = originOf(hub);
    await origin.list();
    hub.drop();
    await expect.poll(() => hub.connected).toBe(0);
    hub.send(0, envelope("bob"));
    const [listed] = await origin.list();
    expect(linesOfText(await textOf(origin, sliceOf(listed)))).toEqual([envelope("ann"), envelope("bob")]);
  });

  it("with an answer that was lost with its connection asked for again", async () => {
    const hub = await hubOf();
    hub.send(0, envelope("ann"));
    const origin = originOf(hub, { answerTimeoutInMs: 200 });
    hub.mute = true;
    const listing = origin.list();
    while (hub.seen.requests === 0) await sleep(5);
    hub.mute = false;
    hub.drop();
    expect(await listing).toMatchObject([{ length: 1 }]);
  });

  it("past what retention removed, and says so", async () => {
    const hub = await hubOf();
    for (const user of users(30)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.expire(0, 12);
    const { seen } = await accessesOf(origin, [sliceOf(listed, 5)]);
    expect([...seen.keys()].sort()).toEqual(users(18, 12).sort());
    expect(origin.lost).toEqual([{ name: listed.name, from: 5, to: 12 }]);
  });

  it("past all that is to be read, when retention removed it while it was read", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.fault = { after: 100, what: "silence" };
    const lines: string[] = [];
    for await (const chunk of origin.source(sliceOf(listed)).open()) {
      lines.push(...linesOfText(Buffer.from(chunk).toString()));
      if (lines.length > 0) hub.expire(0, 300);
    }
    expect(lines).toEqual(users(lines.length).map((user) => envelope(user)));
    expect(origin.lost).toEqual([{ name: listed.name, from: lines.length, to: 300 }]);
  });

  it("with an event that came before counted once", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.overlap = 7;
    const lines = linesOfText(await textOf(origin, sliceOf(listed, 10)));
    expect(lines).toEqual(users(290, 10).map((user) => envelope(user)));
    expect(hub.seen.sent).toBeGreaterThan(290);
  });

  it("with an event that did not come asked for again", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.fault = { after: 50, what: "skip" };
    expect(linesOfText(await textOf(origin, sliceOf(listed)))).toEqual(users(300).map((user) => envelope(user)));
    expect(origin.lost).toEqual([]);
  });

  it("past a gap between events that asking again does not fill, and says so", async () => {
    const hub = await hubOf();
    for (const user of users(30)) hub.send(0, envelope(user));
    hub.partitions[0].events = hub.partitions[0].events.filter(({ sequence }) => sequence < 7 || sequence > 9);
    const origin = originOf(hub);
    const [listed] = await origin.list();
    const { seen } = await accessesOf(origin, [sliceOf(listed)]);
    expect([...seen.keys()].sort()).toEqual([...users(7), ...users(20, 10)].sort());
    expect(origin.lost).toEqual([{ name: listed.name, from: 7, to: 10 }]);
  });

  it("from the earliest event the first time, which loses nothing", async () => {
    const hub = await hubOf();
    for (const user of users(30)) hub.send(0, envelope(user));
    hub.expire(0, 12);
    const origin = originOf(hub);
    const [listed] = await origin.list();
    expect([listed.first, listed.length]).toEqual([12, 30]);
    const { first: _, ...unsaid } = sliceOf(listed);
    for (const slice of [sliceOf(listed), unsaid]) {
      const { seen } = await accessesOf(origin, [slice]);
      expect([...seen.keys()].sort()).toEqual(users(18, 12).sort());
    }
    expect(origin.lost).toEqual([]);
  });

  it("says the same loss once, however often it is read", async () => {
    const hub = await hubOf();
    for (const user of users(9)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.expire(0, 3);
    for (let times = 0; times < 2; times++) await textOf(origin, sliceOf(listed, 1));
    expect(origin.lost).toEqual([{ name: listed.name, from: 1, to: 3 }]);
  });
});

describe("a hub that was made again is not what was listed", () => {
  it("though it is longer by now", async () => {
    const hub = await hubOf();
    for (const user of users(3)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.recreate();
    for (const user of users(9)) hub.send(0, envelope(user));
    const error = await errorOf(textOf(origin, sliceOf(listed)));
    expect(error).toMatchObject({ name: "ReplacedError", kind: "remote", details: { name: listed.name } });
  });

  it("nor when it happens while it is read", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    const reading = origin.source(sliceOf(listed)).open()[Symbol.asyncIterator]();
    for (let chunks = 0; chunks < 2; chunks++) await reading.next();
    hub.recreate();
    for (const user of users(400)) hub.send(0, envelope(user));
    const rest = async () => {
      while (!(await reading.next()).done);
    };
    expect(await errorOf(rest())).toMatchObject({ name: "ReplacedError", details: { name: listed.name } });
    expect(hub.readers).toBe(0);
  });
});
