/*
 * Runs many cycles of the schedule on blobs that grow, with faults and interruptions at random: `npm run soak` 100 of them,
 * `npm run soak -- CYCLES [SEED]` so many, from that seed on. It prints what it found, and what the process held early and late.
 */
import { randomInt } from "node:crypto";
import { runTests } from "./vitest.mjs";

const [cycles = "100", seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
console.error(`the same again: npm run soak -- ${cycles} ${seed}`);
const { setUp } = await import("./suites/azure.mjs");
process.exitCode = runTests(
  ["test/runs/soak.azure.test.ts"],
  { ...(await setUp()), BYOML_SOAK: cycles, BYOML_SOAK_SEED: seed },
  "azure",
);
