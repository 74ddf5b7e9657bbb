import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { killCycles } from "./kill.js";

const kills = Number(process.env["BYOML_KILLS"] ?? 8);
const seed = Number(process.env["BYOML_KILL_SEED"] ?? Date.now() % 1_000_000);

it(
  `a cycle that is killed anywhere goes on, with nothing lost and nothing doubled: ${kills} kills, seed ${seed}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "byoml-kill-"));
    try {
      const report = await killCycles(kills, seed, folder, (line) => process.stderr.write(`${line}\n`));
      if (kills > 8) process.stderr.write(`${JSON.stringify(report)}\n`);
      expect(report).toMatchObject({ kills, faults: [] });
      expect(report.expected).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000 + 10_000 * kills,
);
