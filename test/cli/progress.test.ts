import { describe, expect, it } from "vitest";
import { reporter } from "../../src/cli/progress.js";
import { terminal } from "./terminal.js";

function watched({ isTTY, quiet = false }: { isTTY: boolean; quiet?: boolean }) {
  let at = 0;
  const io = terminal({ now: () => at });
  io.stderr.isTTY = isTTY;
  const { onProgress, clear } = reporter(io, { quiet });
  return {
    io,
    clear,
    step(milliseconds: number, done: number, total?: number) {
      at += milliseconds;
      onProgress({ stage: "read", done, total, unit: "bytes" });
    },
  };
}

describe("progress", () => {
  it("is a plain line every five seconds where there is no terminal", () => {
    const { io, step } = watched({ isTTY: false });
    for (let second = 0; second <= 12; second++) step(second === 0 ? 0 : 1000, second * 1e6, 20e6);
    expect(io.stderr.text).toBe(
      "read: 5.0 MB of 20.0 MB (25 %), 1.0 MB/s, 15 s left\nread: 10.0 MB of 20.0 MB (50 %), 1.0 MB/s, 10 s left\n",
    );
  });

  it("is a bar on a terminal, drawn at most ten times a second", () => {
    const { io, step, clear } = watched({ isTTY: true });
    for (let i = 0; i < 100; i++) step(10, i * 1e6, 200e6);
    expect(io.stderr.text.split("\r").length - 1).toBe(10);
    expect(io.stderr.text).toContain("[#########...........]");
    const before = io.stderr.text.length;
    clear();
    expect(io.stderr.text.slice(before)).toBe("\r\u001b[2K");
    clear();
    expect(io.stderr.text.length).toBe(before + 5);
  });

  it("shows the objective of a training, and shortens the bar for it", () => {
    for (const [isTTY, columns, want] of [
      [false, 80, "train: 5 of 25 iterations (20 %), objective 1.23457e+6, 0.8/s, 24 s left\n"],
      [true, 120, "[####................] train: 5 of 25 iterations (20 %), objective 1.23457e+6, 0.8/s, 24 s left"],
      [true, 81, "[#....] train: 5 of 25 iterations (20 %), objective 1.23457e+6, 0.8/s, 24 s left"],
      [true, 80, "train: 5 of 25 iterations (20 %), objective 1.23457e+6, 0.8/s, 24 s left"],
    ] as const) {
      let at = 0;
      const io = terminal({ now: () => at });
      Object.assign(io.stderr, { isTTY, columns });
      const { onProgress } = reporter(io, { quiet: false });
      const step = (done: number) =>
        onProgress({ stage: "train", done, total: 25, unit: "iterations", objective: 1234567.8 });
      step(0);
      io.stderr.text = "";
      at = 6000;
      step(5);
      expect(io.stderr.text.replace("\r\u001b[2K", "")).toBe(want);
      expect(want.length).toBeLessThan(columns);
    }
  });

  it("never breaks the line of a narrow terminal", () => {
    const { io, step } = watched({ isTTY: true });
    io.stderr.columns = 20;
    step(0, 1, 1e12);
    step(200, 2e6, 1e12);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that clears the line
    for (const line of io.stderr.text.split(/\r\u001b\[2K/)) expect(line.length).toBeLessThan(20);
  });

  it("has neither share nor time left where the total is not known", () => {
    const { io, step } = watched({ isTTY: false });
    step(0, 0);
    step(6000, 6e6);
    expect(io.stderr.text).toBe("read: 6.0 MB, 1.0 MB/s\n");
  });

  it("is silent when asked", () => {
    const { io, step } = watched({ isTTY: true, quiet: true });
    step(0, 0, 10);
    step(60_000, 5, 10);
    expect(io.stderr.text).toBe("");
  });
});
