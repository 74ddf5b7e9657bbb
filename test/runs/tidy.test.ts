import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ByomlError } from "../../src/base/errors.js";
import { runCycle } from "../../src/runs/cycle.js";
import { FolderStore } from "../../src/runs/folder-store.js";
import { dayOfRun, runId } from "../../src/runs/run-id.js";
import type { Schedule } from "../../src/runs/schedule.js";
import { Desk, day0 } from "./desk.js";
import { odd } from "./office.js";

const dayInMs = 86_400_000;

/** Days of which there are records, or dead letters. */
const daysOf = (desk: Desk, folder = "runs") => [...new Set(readdirSync(desk.object(folder)).map(dayOfRun))].sort();

describe("records of cycles", () => {
  it("are kept of the last days that had a cycle, also where nothing is new", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    for (let day = 0; day < 6; day++) {
      for (let n = 0; n < 2; n++) await desk.cycle({ keepDays: 3 });
      // A schedule that stood still for a year has the same days left.
      desk.time += (day === 3 ? 365 : 1) * dayInMs;
    }
    expect(daysOf(desk)).toEqual(["20260224", "20270224", "20270225"]);
    expect(desk.records()).toHaveLength(6);
  });

  it("go with their dead letters, and no sooner", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    await desk.cycle({ keepDays: 2 });
    for (let day = day0 + 5; day < day0 + 9; day++) {
      desk.time += dayInMs;
      desk.write(day, [odd(day, 3)]);
      desk.table.faults = [{ kind: "refused", why: "400" }];
      expect(await desk.cycle({ keepDays: 2 })).toMatchObject({ outcome: "partly-delivered" });
    }
    expect(daysOf(desk, "dead-letters")).toEqual(daysOf(desk));
    expect(daysOf(desk)).toHaveLength(2);
  });

  it("stay where the clock is wrong for some cycles", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    for (let day = 0; day < 5; day++) {
      await desk.cycle({ keepDays: 5 });
      desk.time += dayInMs;
    }
    const right = desk.time;
    desk.time += 70 * 365 * dayInMs;
    for (let n = 0; n < 3; n++) await desk.cycle({ keepDays: 5 });
    desk.time = right;
    await desk.cycle({ keepDays: 5 });
    expect(daysOf(desk)).toEqual(["20260223", "20260224", "20260225", "20260226", expect.stringMatching(/^209/)]);
  });

  it("of cycles that cannot begin do not add up without an end", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    await desk.cycle({ keepDays: 2 });
    rmSync(`${desk.folder}/exports`, { recursive: true });
    for (let day = 0; day < 5; day++) {
      desk.time += dayInMs;
      await expect(desk.cycle({ keepDays: 2 })).rejects.toThrow(/does not exist/);
    }
    // The last one that ended is named by the state.
    expect(daysOf(desk)).toEqual(["20260221", "20260225", "20260226"]);
  });

  it("leave files alone that no cycle has made", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    await desk.cycle({ keepDays: 1 });
    writeFileSync(desk.object("runs/notes.txt"), "of a person");
    desk.time += dayInMs;
    await desk.cycle({ keepDays: 1 });
    desk.time += dayInMs;
    await desk.cycle({ keepDays: 1 });
    expect(readdirSync(desk.object("runs"))).toContain("notes.txt");
    expect(readdirSync(desk.object("runs"))).toHaveLength(3);
  });

  it("have the day of their run in their name", () => {
    const run = runId(Date.parse("2026-11-22T23:59:59.999Z"));
    expect(dayOfRun(run)).toBe("20261122");
    expect(dayOfRun(`runs/${run}.json`)).toBe("20261122");
    expect(dayOfRun(`dead-letters/000017-${run}.jsonl`)).toBe("20261122");
    expect(dayOfRun("runs/20261122.json")).toBeNull();
  });
});

/** A store that fails where a test says so. */
class FaultyStore extends FolderStore {
  removes = true;
  states = true;

  override async remove(name: string): Promise<void> {
    if (!this.removes) throw new Error("it cannot be removed");
    return super.remove(name);
  }

  override async write(name: string, bytes: Uint8Array): Promise<void> {
    if (!this.states && name.startsWith("state-")) throw new Error("no space is left");
    return super.write(name, bytes);
  }
}

describe("a cycle that ended", () => {
  it("does not fail where what is old cannot be removed: its record says so", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    for (let user = 1; user < 4; user++) {
      await desk.cycle();
      desk.write(day0 + 5, [odd(day0 + 5, user)]);
    }
    const store = new FaultyStore(`${desk.folder}/state`);
    // What a stage makes anew is removed first: only the end is to fail.
    const deliver: typeof desk.table.deliver = async (...all) => {
      store.removes = false;
      return desk.table.deliver(...all);
    };
    const { record } = await runCycle(desk.schedule({ store, destination: { name: "x", deliver } }));
    expect(record).toMatchObject({ cycle: 4, outcome: "done", delivery: { sent: 1 } });
    expect(record.notes.join()).toMatch(/what is not needed any more was not removed: it cannot be removed/);
    expect(desk.records().at(-1)).toEqual(record);
    expect(await desk.cycle()).toMatchObject({ cycle: 5, notes: [] });
  });

  it("says what was delivered where it cannot be remembered", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    await desk.cycle();
    desk.write(day0 + 5, [odd(day0 + 5, 3)]);
    const store = new FaultyStore(`${desk.folder}/state`);
    const deliver: typeof desk.table.deliver = async (...all) => {
      store.states = false;
      return desk.table.deliver(...all);
    };
    const schedule = desk.schedule({ store, destination: { name: "x", deliver } });
    await expect(runCycle(schedule)).rejects.toThrow(/no space/);
    expect(desk.records().at(-1)).toMatchObject({ cycle: 2, outcome: "failed", delivery: { total: 1, sent: 1 } });
    expect(await desk.cycle()).toMatchObject({ cycle: 2, outcome: "done", delivery: { sent: 1, requests: 0 } });
  });

  it("notes that an earlier attempt sent a part to another destination", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    await desk.cycle();
    desk.write(day0 + 5, [odd(day0 + 5, 3)]);
    const first: Schedule["destination"] = {
      name: "the first rule",
      async deliver(...all) {
        const accounting = await desk.table.deliver(...all);
        return { ...accounting, unsent: 0, failure: new ByomlError("remote", "it broke off") };
      },
    };
    expect((await runCycle(desk.schedule({ destination: first }))).failure).not.toBeNull();
    const moved = await desk.cycle();
    expect(moved).toMatchObject({
      outcome: "done",
      delivery: { to: "a table in memory", sent: 1, requests: 0 },
      notes: ["an earlier attempt sent 1 of the rows to the first rule"],
    });
  });
});
