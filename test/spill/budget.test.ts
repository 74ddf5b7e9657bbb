import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const child = fileURLToPath(new URL("budget-child.mjs", import.meta.url));
const rows = 5_000_000;
/** More than the child holds when it has made its runs, less than it takes when it may. */
const budget = 200e6;

// Processes of their own: what this one holds depends on the tests before. With little room for garbage, which versions of Node differ in.
it("a budget of memory is kept within a tenth, with five million rows of a million users", async () => {
  const folder = mkdtempSync(join(tmpdir(), "byoml-spill-budget-"));
  const merge = async (bytes: number) =>
    JSON.parse(
      (await promisify(execFile)(process.execPath, ["--max-semi-space-size=2", child, folder, `${rows}`, `${bytes}`]))
        .stdout,
    );
  const free = await merge(0);
  expect(free.peak).toBeGreaterThan(1.1 * budget);
  const { before, peak, ...result } = await merge(budget);
  expect(result).toMatchObject({ counted: rows, named: rows / 5, sum: rows, sorted: true });
  expect(before).toBeLessThan(budget);
  expect(peak).toBeLessThanOrEqual(1.1 * budget);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
}, 300_000);
