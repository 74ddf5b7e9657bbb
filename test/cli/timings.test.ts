import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/cli/engine.js";
import { Timings } from "../../src/cli/timings.js";
import { miniature } from "./miniature.js";
import { byoml, folder } from "./terminal.js";

/** A clock that stands still but for the engine's work: reading takes 2 s (the miniature says of 1000 bytes), the rest what is said. */
function timedEngine() {
  let at = 5000;
  const { engine } = miniature();
  const takes =
    <A extends unknown[], R>(milliseconds: number, work: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      at += milliseconds;
      return work(...args);
    };
  const change: Partial<Engine> = {
    read: takes(2000, engine.read),
    train: takes(30_000, engine.train),
    evaluate: takes(75_000, engine.evaluate),
    load: takes(250, engine.load),
    renderReport: takes(500, engine.renderReport),
  };
  return { change, now: () => at };
}

function input(): string {
  const path = join(folder(), "in.jsonl");
  writeFileSync(path, '{"user":"hr_user_1","res":"fin_res_1"}\n');
  return path;
}

const read = { stage: "read", seconds: 2, bytesPerSecond: 500 };

describe("the stages of a command", () => {
  it("are told in one line at the end, reading with its speed", async () => {
    const { change, now } = timedEngine();
    const { out, err } = await byoml(["train", input(), "--model", "m"], { now }, change);
    expect(err.trimEnd().split("\n").at(-1)).toBe("took: read 2.0 s (500 B/s), train 30 s, save 0.0 s");
    expect(out).not.toContain("took");
  });

  it.each([
    ["train", ["--model", "m"], [read, { stage: "train", seconds: 30 }, { stage: "save", seconds: 0 }]],
    [
      "train",
      ["--model", "m", "--warm-start", "old"],
      [{ stage: "load", seconds: 0.25 }, read, { stage: "train", seconds: 30 }, { stage: "save", seconds: 0 }],
    ],
    ["train", ["--model", "m", "--dry-run"], [read]],
    [
      "score",
      ["--model", "m", "--out", "s.csv"],
      [{ stage: "load", seconds: 0.25 }, read, { stage: "score", seconds: 0 }, { stage: "write", seconds: 0 }],
    ],
    [
      "report",
      ["--model", "m", "--out", "r.html"],
      [{ stage: "load", seconds: 0.25 }, read, { stage: "score", seconds: 0 }, { stage: "write", seconds: 0.5 }],
    ],
    ["evaluate", [], [read, { stage: "evaluate", seconds: 75 }]],
  ])("of %s %j are in its document", async (command, flags, timings) => {
    const { change, now } = timedEngine();
    const inFolder = flags.map((flag) => (flag.includes(".") ? join(folder(), flag) : flag));
    const { out } = await byoml([command, input(), ...inFolder, "--json"], { now }, change);
    expect(JSON.parse(out).timings).toEqual(timings);
  });

  it("are told beside rows on standard output, which stay rows", async () => {
    const { change, now } = timedEngine();
    const { out, err } = await byoml(["score", input(), "--model", "m", "--out", "-"], { now }, change);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(err).toContain("took: load 0.3 s, read 2.0 s (500 B/s), score 0.0 s, write 0.0 s\n");
  });

  it("are left out by --quiet, and where there are none", async () => {
    const { change, now } = timedEngine();
    const { err } = await byoml(["train", input(), "--model", "m", "--quiet"], { now }, change);
    expect(err).toBe("");
    const { out, err: none } = await byoml(["--version", "--json"]);
    expect(Object.keys(JSON.parse(out))).toEqual(["version"]);
    expect(none).toBe("");
  });

  it("that come twice are one, with what both took and read", async () => {
    let at = 0;
    const timings = new Timings(() => at);
    const work = (milliseconds: number) => async () => {
      at += milliseconds;
    };
    await timings.time("read", work(1000), () => 3e6);
    await timings.time("train", work(4));
    await timings.time("read", work(500), () => 3e6);
    expect(timings.document()).toEqual([
      { stage: "read", seconds: 1.5, bytesPerSecond: 4e6 },
      { stage: "train", seconds: 0.004 },
    ]);
    expect(timings.text()).toBe("took: read 1.5 s (4.0 MB/s), train 0.0 s\n");
  });

  it("that fail are not told", async () => {
    const timings = new Timings(() => 0);
    await expect(timings.time("read", () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    expect(timings.text()).toBe("");
  });
});
