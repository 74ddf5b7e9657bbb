import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const child = fileURLToPath(new URL("budget-child.mjs", import.meta.url));

let workFolder: string;
beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), "byoml-budget-"));
});
afterEach(() => {
  expect(readdirSync(workFolder)).toEqual([]);
  rmSync(workFolder, { recursive: true });
});

interface Outcome {
  hash: string;
  stages: string[];
  /** Bytes that the process held at most, when training began and in all. */
  before: number;
  peak: number;
  error?: { name: string; message: string };
}

async function train(kind: "fit" | "als", accesses: number, budget: number): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [child, kind, workFolder, `${accesses}`, `${budget}`]);
  return JSON.parse(stdout) as Outcome;
}

/** The budget that a refusal names. */
async function leastBudget(kind: "fit" | "als", accesses: number): Promise<number> {
  const { error } = await train(kind, accesses, 20e6);
  expect(error?.name).toBe("OptionError");
  expect(error?.message).toMatch(/^memoryInBytes: expected at least \d+ MB for this training, got 20 MB$/);
  return Number(/least (\d+) MB/.exec(error!.message)![1]) * 1e6;
}

// A process of its own for each training: what this one holds depends on the tests before.
describe("a budget of memory", () => {
  it("is kept by way of the disk, with the model of training in memory", async () => {
    const accesses = 4_000_000;
    const free = await train("fit", accesses, 0);
    expect(free.stages).toEqual(["train"]);
    // Between runs a process differs by some MB, by some ten where the machine is busy. In memory the ratings take 64 MB: half of that is
    // as far from too little as from enough.
    const budget = (await leastBudget("fit", accesses)) + 32e6;
    const { hash, before, peak, stages } = await train("fit", accesses, budget);
    expect(stages).toContain("sort by user");
    expect(hash).toBe(free.hash);
    expect(peak).toBeLessThanOrEqual(Math.max(1.1 * budget, before));
  });

  it("is kept within a tenth, also on ten times the input", async () => {
    const budget = (await leastBudget("als", 200_000)) + 8e6;
    for (const ratings of [200_000, 2_000_000]) {
      const { peak, stages, error } = await train("als", ratings, budget);
      expect(error).toBeUndefined();
      expect(stages).toContain("sort by user");
      expect(peak, `${ratings} ratings`).toBeLessThan(1.1 * budget);
    }
  });
});
