import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const child = fileURLToPath(new URL("budget-child.mjs", import.meta.url));
const rows = 5_000_000;

// A process of its own: what this one holds depends on the tests before.
it("a budget of memory is kept within a tenth, with five million rows of a million users", async () => {
  const folder = mkdtempSync(join(tmpdir(), "byoml-spill-budget-"));
  const merge = async (budget: number) =>
    JSON.parse((await promisify(execFile)(process.execPath, [child, folder, `${rows}`, `${budget}`])).stdout);
  const { error } = await merge(20e6);
  expect(error.message).toMatch(/^memoryInBytes: expected at least \d+ MB for these accesses, got 20 MB$/);
  const budget = Number(/least (\d+) MB/.exec(error.message)![1]) * 1e6 + 24e6;
  const { counted, named, sum, sorted, peak, before } = await merge(budget);
  expect({ counted, named, sum, sorted }).toEqual({ counted: rows, named: rows / 5, sum: rows, sorted: true });
  expect(peak).toBeLessThanOrEqual(Math.max(1.1 * budget, before));
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
}, 240_000);
