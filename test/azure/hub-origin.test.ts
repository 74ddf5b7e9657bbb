import { describe, expect, it } from "vitest";
import { countAccesses } from "../../src/ingest/count.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { event, eventDay, planOf, rowsOf } from "../ingest/helpers.js";
import { accessesOf, envelope, hubOf, originOf, sliceOf, textOf, users } from "./hub-helpers.js";

describe("an event hub as an origin", () => {
  it("lists each partition by its last event, and none where none was ever sent", async () => {
    const hub = await hubOf({ partitions: 2 });
    for (const user of users(3)) hub.send(0, envelope(user));
    const name = (partition: number) => `eventhub://${hub.host}/am-securityevent/${partition}/$default`;
    const common = { created: "2026-01-02T03:04:05.000Z", first: 0, grows: true, format: "json", gzip: false };
    expect(await originOf(hub).list()).toEqual([
      { ...common, name: name(0), etag: "2/8192", length: 3 },
      { ...common, name: name(1), etag: "-1/-4096", length: 0 },
    ]);
  });

  it("gives the accesses of exported messages", async () => {
    const hub = await hubOf({ partitions: 2 });
    hub.send(0, envelope("ann", "bob"));
    hub.send(1, envelope("ann"));
    hub.send(1, envelope());
    const origin = originOf(hub);
    const slices = (await origin.list()).map((listed) => sliceOf(listed));
    const { table, report } = await readAccesses(
      planOf(...slices.map((slice) => origin.source(slice))),
      resolveSelection(),
    );
    expect(rowsOf(table)).toEqual([
      ["t1", "ann", "\\\\*\\HR$", eventDay, 2],
      ["t1", "bob", "\\\\*\\HR$", eventDay, 1],
    ]);
    expect(report).toMatchObject({ files: 2, lines: 3, counted: 3, resume: [], torn: [] });
  });

  it("is counted by way of the disk as well", async () => {
    const hub = await hubOf();
    for (const user of users(50)) hub.send(0, envelope(user, user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    const { accesses, report } = await countAccesses(planOf(origin.source(sliceOf(listed))), resolveSelection());
    expect([accesses.users, report.counted]).toEqual([50, 100]);
    accesses.close();
  });

  it("reads a slice and nothing beyond it, though more is there", async () => {
    const hub = await hubOf();
    for (const user of users(40)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    for (const user of users(5, 40)) hub.send(0, envelope(user));
    const { seen } = await accessesOf(origin, [sliceOf(listed, 10)]);
    expect([...seen.keys()].sort()).toEqual(users(30, 10).sort());
  });
});

describe("an event", () => {
  it.each([
    ["pretty-printed JSON", JSON.stringify({ records: [event({ Account: "ann" })] }, null, 2), ["ann"], 0],
    ["with a byte order mark", `\ufeff${envelope("ann")}`, ["ann"], 0],
    ["of one record without an envelope", JSON.stringify(event({ Account: "ann" })), ["ann"], 0],
    ["that is no JSON", "not\nJSON\nat all\n", [], 1],
    ["of several records in lines", `${envelope("ann")}\n${envelope("bob")}`, [], 1],
    ["with a line feed in a text", `{"records":[{"Account":"a\nb"}]}`, [], 1],
    ["in gzip", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), [], 1],
    ["in UTF-16", Buffer.from("\ufeff{}", "utf16le"), [], 1],
    ["of nothing", Buffer.alloc(0), [], 0],
    ["of a number", 17, [], 1],
    ["of an AMQP map", { Account: "ann" }, [], 1],
  ])("%s is one line, good or bad", async (_, body, expected, bad) => {
    const hub = await hubOf();
    hub.send(0, body);
    hub.send(0, envelope("last"));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    const plan = planOf(origin.source(sliceOf(listed)));
    const { table, report } = await readAccesses(plan, resolveSelection(), { mode: "strict" });
    expect(rowsOf(table).map((row) => row[1])).toEqual([...expected, "last"]);
    expect(report.badLines.count).toBe(bad);
  });

  it("keeps numbers as they were written", async () => {
    const hub = await hubOf();
    hub.send(0, '{"records":[{"n":1.0,"big":12345678901234567890}]}');
    const origin = originOf(hub);
    const [listed] = await origin.list();
    expect(await textOf(origin, sliceOf(listed))).toBe('{"records":[{"n":1.0,"big":12345678901234567890}]}\n');
  });
});
