import { describe, expect, it } from "vitest";
import { errorOf } from "../ingest/helpers.js";
import { Desk } from "./desk.js";

const little = { reading: { threads: 1, memoryInBytes: 1e6 } };

describe("a budget that is too little", () => {
  it("has to be larger in a process that has just begun, and may do in another one where this has worked before", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    const first = await errorOf(desk.cycle(little));
    expect(first).toMatchObject({ option: "memoryInBytes", hint: "Give it that much." });
    expect(await desk.cycle()).toMatchObject({ outcome: "done", attempts: 2 });
    desk.write(20_506);
    const second = await errorOf(desk.cycle(little));
    expect(second).toMatchObject({
      option: "memoryInBytes",
      hint: expect.stringMatching(/or run again: the cycle goes on/),
    });
    expect(second.message).toMatch(/^memoryInBytes: expected at least \d+ MB to read with 1 thread, got 1 MB$/);
  });
});
