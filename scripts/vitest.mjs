/* Runs files of a suite with more to do than there: how often, and from which seed on, stands in the environment. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

/** @returns the exit code */
export function runTests(files, env, suite = "main") {
  const how = ["run", "--project", suite, "--disable-console-intercept=true"];
  const { status } = spawnSync(process.execPath, [vitest, ...how, ...files], {
    ...{ cwd: root, stdio: "inherit", env: { ...process.env, ...env } },
  });
  return status ?? 1;
}
