import { describe, expect, it } from "vitest";
import { Desk, day0 } from "./desk.js";
import { odd } from "./office.js";

const dayInMs = 86_400_000;

describe("a clock that is wrong for a while", () => {
  it.each([
    ["ahead", 20 * 365 * dayInMs],
    ["behind", -20 * 365 * dayInMs],
  ])("and %s leaves models to be trained when they are old by the right one", async (_, error) => {
    const desk = new Desk();
    desk.writeDays(4);
    await desk.cycle();
    const right = desk.time;
    desk.time += error;
    desk.write(day0 + 4);
    expect((await desk.cycle()).train).not.toBeNull();
    desk.time = right + dayInMs;
    desk.write(day0 + 5);
    // What was learned meanwhile is of another time; from then on a model gets as old as it is told to.
    expect(await desk.cycle()).toMatchObject({ train: { warm: true, lastDay: "2026-02-20" } });
    desk.write(day0 + 6);
    desk.time += dayInMs / 2;
    expect((await desk.cycle()).train).toBeNull();
    desk.write(day0 + 7);
    desk.time += dayInMs / 2;
    expect((await desk.cycle()).train).toMatchObject({ why: "the model was old" });
  });

  it("is in no row and no record once it is right", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    desk.time += 20 * 365 * dayInMs;
    await desk.cycle();
    desk.time -= 20 * 365 * dayInMs;
    desk.table.stored.length = 0;
    desk.write(day0 + 5, [odd(day0 + 5, 3)]);
    const noted = await desk.cycle();
    expect(noted.notes).toEqual([`the clock is ${20 * 365 * 86_400} s behind that of an earlier cycle`]);
    expect(noted.started).toBe(new Date(desk.time).toISOString());
    expect(desk.table.stored).toMatchObject([{ TimeGenerated: noted.started }]);
    expect((await desk.cycle()).notes).toEqual([]);
  });

  it("is noted once in a cycle that is tried again and again", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    await desk.cycle();
    desk.write(day0 + 5, [odd(day0 + 5, 3)]);
    for (let attempt = 1; attempt < 5; attempt++) {
      desk.time -= 60_000;
      desk.table.faults = Array.from({ length: 50 }, () => ({ kind: "temporary", why: "503" }) as const);
      expect(await desk.cycle()).toMatchObject({
        attempts: attempt,
        notes: [expect.stringMatching(/clock is 60 s behind/)],
      });
    }
  });
});
