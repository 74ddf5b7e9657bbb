/*
 * Kills cycles of the schedule at random moments: `npm run kill` 200 of them, `npm run kill -- KILLS [SEED]` so many, from that seed on.
 * It prints the seed and what it found: rows that had to arrive, rows that did, and those that came more than once.
 */
import { randomInt } from "node:crypto";
import { runTests } from "./vitest.mjs";

const [kills = "200", seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
console.error(`the same again: npm run kill -- ${kills} ${seed}`);
process.exitCode = runTests(["test/runs/kill.test.ts"], { BYOML_KILLS: kills, BYOML_KILL_SEED: seed });
