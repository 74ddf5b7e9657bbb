import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LocalOrigin } from "../../src/ingest/local-origin.js";
import type { Origin } from "../../src/ingest/origin.js";
import { Desk, day0 } from "./desk.js";
import { append, lines, odd } from "./office.js";

/** Nothing is counted where a line is bad. */
const strict = { reading: { threads: 1, maxBadLines: 0, mode: "strict" as const } };

/** A desk with one cycle that ended, and one that was begun and failed over a bad line of another input. */
async function failed(): Promise<Desk> {
  const desk = new Desk();
  desk.writeDays(5);
  await desk.cycle();
  desk.table.stored.length = 0;
  append(desk.exportOf(day0, "other"), "{broken\n");
  desk.write(day0 + 5, [odd(day0 + 5, 3)]);
  await expect(desk.cycle({ ...strict, origins: [desk.origin(), desk.origin("other")] })).rejects.toThrow(/not JSON/);
  return desk;
}

describe("a cycle that was begun, and of which nothing was counted", () => {
  it("ends without an input that is not named any more", async () => {
    const desk = await failed();
    expect(await desk.cycle(strict)).toMatchObject({ cycle: 2, attempts: 2, outcome: "done", read: { sources: 1 } });
    expect(desk.table.unique).toEqual(["sales-3 legal-share-1 2026-02-21"]);
    expect(desk.records()).toHaveLength(2);
  });

  it("ends without a file that is gone", async () => {
    const desk = await failed();
    rmSync(desk.exportOf(day0, "other"));
    const origins = [desk.origin(), desk.origin("other")];
    expect(await desk.cycle({ ...strict, origins })).toMatchObject({ cycle: 2, attempts: 2, outcome: "done" });
    expect(desk.table.unique).toEqual(["sales-3 legal-share-1 2026-02-21"]);
  });

  it("reads a file that was mended, and what came meanwhile", async () => {
    const desk = await failed();
    writeFileSync(desk.exportOf(day0, "other"), lines([odd(day0 + 4, 4), odd(day0 + 4, 5)]));
    desk.write(day0 + 5, [odd(day0 + 5, 6)]);
    const record = await desk.cycle({ ...strict, origins: [desk.origin(), desk.origin("other")] });
    expect(record).toMatchObject({
      cycle: 2,
      attempts: 2,
      outcome: "done",
      read: { sources: 2, report: { counted: 4 } },
    });
    expect(desk.table.unique).toHaveLength(4);
    expect(await desk.cycle(strict)).toMatchObject({ cycle: 3, read: { sources: 0 } });
  });

  it("leaves a record of each failure under one name, and few objects", async () => {
    const desk = await failed();
    const origins = [desk.origin(), desk.origin("other")];
    for (let n = 0; n < 5; n++) await expect(desk.cycle({ ...strict, origins })).rejects.toThrow(/not JSON/);
    expect(desk.records()).toMatchObject([{ outcome: "done" }, { outcome: "failed", attempts: 6 }]);
    const plans = (await desk.schedule().store.list()).filter((name) => name.includes("/plan"));
    expect(plans.length).toBeLessThanOrEqual(2);
  });
});

describe("a state in which nothing was counted yet", () => {
  it("takes other flags, as its first cycle failed over them, and no others afterwards", async () => {
    const desk = new Desk();
    desk.writeDays(3);
    append(
      desk.exportOf(day0),
      '{"TimeGenerated":"2026-02-16","EventID":5140,"Account":"a","ShareName":"b","likelihood":3}\n',
    );
    const like = { selection: { weight: "likelihood" } };
    await expect(desk.cycle()).rejects.toThrow(/cannot be summed/);
    expect(await desk.cycle(like)).toMatchObject({ cycle: 1, attempts: 2, read: { report: { counted: 1 } } });
    await expect(desk.cycle()).rejects.toThrow(/selected by/);
    expect(await desk.cycle(like)).toMatchObject({ cycle: 2, outcome: "done" });
  });
});

describe("a schedule", () => {
  const event = (more: object) =>
    `${JSON.stringify({ TimeGenerated: "2026-02-16", EventID: 5140, Account: "u", ShareName: "s", ...more })}\n`;

  it("that began with rows goes on to count them, whatever a single one holds", async () => {
    const desk = new Desk();
    append(desk.exportOf(day0), event({}).repeat(3));
    await desk.cycle();
    append(desk.exportOf(day0), event({}) + event({ likelihood: 7 }));
    expect(await desk.cycle()).toMatchObject({ outcome: "done", read: { report: { counted: 2 } } });
  });

  it("that began with likelihoods leaves out what has none, and says so", async () => {
    const desk = new Desk();
    append(desk.exportOf(day0), event({ likelihood: 2 }).repeat(3));
    await desk.cycle();
    append(desk.exportOf(day0), event({}) + event({ likelihood: 7 }));
    const report = { counted: 1, leftOut: { badWeight: 1 } };
    expect(await desk.cycle()).toMatchObject({ outcome: "done", read: { report } });
    append(desk.exportOf(day0), event({}));
    expect(await desk.cycle()).toMatchObject({ outcome: "done", read: { report: { counted: 0 } } });
  });
});

/** An origin to whose things something happens once, between their listing and their reading. */
function fleetingly(origin: LocalOrigin, happens: () => void): Origin {
  let happened = false;
  return {
    name: origin.name,
    list: (options) => origin.list(options),
    markOf: (slice, read) => origin.markOf(slice, read),
    source(slice) {
      if (!happened) happens();
      happened = true;
      return origin.source(slice);
    },
  };
}

describe("a file that goes away while a cycle reads", () => {
  it("is left out: what there is, is listed anew", async () => {
    const desk = new Desk();
    desk.writeDays(3);
    const fleeting = fleetingly(desk.origin(), () => rmSync(desk.exportOf(day0 + 1)));
    const record = await desk.cycle({ origins: [fleeting] });
    expect(record).toMatchObject({ cycle: 1, outcome: "done", read: { sources: 2 } });
    expect(desk.records()).toHaveLength(1);
  });

  it("is read anew, and from its start, where another comes in its place", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    await desk.cycle();
    desk.write(day0, [odd(day0, 1)]);
    const longer = lines(Array.from({ length: 200 }, (_, n) => odd(day0 + 1, n % 12, n % 8)));
    const fleeting = fleetingly(desk.origin(), () => writeFileSync(desk.exportOf(day0), longer));
    expect(await desk.cycle({ origins: [fleeting] })).toMatchObject({
      outcome: "done",
      read: { overwritten: 1, report: { counted: 200 } },
    });
    expect(await desk.cycle()).toMatchObject({ read: { sources: 0 } });
  });
});
