import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { recordText } from "../../src/runs/text.js";
import { Desk, day0 } from "./desk.js";
import { append } from "./office.js";

describe("a record in words", () => {
  it("names what was overwritten or deleted, and what of it had not been read", async () => {
    const desk = new Desk();
    desk.writeDays(3);
    append(desk.exportOf(day0), "{torn");
    await desk.cycle();
    rmSync(desk.exportOf(day0));
    rmSync(desk.exportOf(day0 + 1));
    writeFileSync(desk.exportOf(day0 + 2), "");
    const text = recordText(await desk.cycle());
    expect(text).toMatch(/^cycle 2 \(.*\): done\n {2}nothing new to read\n/);
    expect(text).toMatch(/overwritten, and read anew: 1 source\n {2}deleted: 2 sources\n/);
    expect(text).toMatch(/ {2}deleted: .*d=16.*PT05M\.json, of which 5 bytes had not been read\n/);
  });
});
