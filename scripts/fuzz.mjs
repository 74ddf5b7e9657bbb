/*
 * Runs the differential tests of the JSON and CSV scanners, and those of needles and modes, with many more cases: `npm run fuzz` a
 * million, `npm run fuzz -- CASES [SEED]` so many, from that seed on. It prints the seeds. A file of JSON lines on which scanners differ
 * is kept in test/fixtures/json-lines, which the main suite tries again.
 */
import { randomInt } from "node:crypto";
import { runTests } from "./vitest.mjs";

const [cases = "1000000", seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
console.error(`the same again: npm run fuzz -- ${cases} ${seed}`);
const files = ["json-differential", "needles", "csv-differential"].map((name) => `test/ingest/${name}.test.ts`);
process.exitCode = runTests(files, { BYOML_FUZZ: cases, BYOML_FUZZ_SEED: seed });
