import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { pairsOf } from "../../bench/data/pairs.mjs";

const job = fileURLToPath(new URL("../../bench/jobs/spill.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "byoml-spill-job-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (question: Record<string, unknown>) =>
  spawnSync(process.execPath, [job, JSON.stringify({ workFolder: folder, ...question })], { encoding: "utf8" });

describe("the job that spills", () => {
  it("merges what it generated, checks every row and leaves nothing", () => {
    const { stdout, stderr } = run({ pairs: 100_000, names: 20_000, memoryInBytes: 400e6 });
    expect(stderr).toMatch(/^ {2}runs and their merge take up to 0\.01 GB in .*, which has .* GB free\n$/);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({ rows: 100_000, users: 15_000, resources: 5000 });
    expect(said.peakInBytes).toBeLessThan(400e6);
    expect(said.seconds).toBeGreaterThanOrEqual(said.writingSeconds + said.mergingSeconds + said.readingSeconds);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says how much disk it needs where there is too little, before it writes", () => {
    const { status, stderr } = run({ pairs: 100_000, names: 20_000, memoryInBytes: 400e6, workFolder: "/proc" });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/these pairs need 0\.01 GB in \/proc, which has 0\.00 GB free/);
  });
});

it("the generated pairs are distinct", () => {
  const { userOf, resourceOf } = pairsOf({ pairs: 50_000, names: 1000 });
  const pairs = new Set<number>();
  for (let k = 0; k < 50_000; k++) pairs.add(userOf(k) * 1000 + resourceOf(k, userOf(k)));
  expect(pairs.size).toBe(50_000);
});
