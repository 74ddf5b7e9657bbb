/*
 * Runs a test suite that needs more than Node: sets up what it needs by package name, then hands over to vitest.
 * `scripts/suites/NAME.mjs` exports `setUp()`, which returns the environment of the suite, or throws and says what is missing.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [suite, ...rest] = process.argv.slice(2);
const { setUp } = await import(`./suites/${suite}.mjs`);
let env;
try {
  env = await setUp();
} catch (error) {
  console.error(`The ${suite} suite cannot run: ${error.message}`);
  process.exit(1);
}
const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", suite, ...rest], {
  stdio: "inherit",
  env: { ...process.env, ...env },
});
process.exit(status ?? 1);
