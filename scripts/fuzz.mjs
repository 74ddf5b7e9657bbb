/*
 * Runs the differential tests of the JSON and CSV scanners with many more cases: `npm run fuzz` a million, `npm run fuzz -- N` so many.
 * A failure prints the seed and the bytes; give them a test of their own.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--project", "main", "test/ingest/json-differential.test.ts", "test/ingest/csv-differential.test.ts"],
  { cwd: root, stdio: "inherit", env: { ...process.env, BYOML_FUZZ: process.argv[2] ?? "1000000" } },
);
process.exitCode = status ?? 1;
