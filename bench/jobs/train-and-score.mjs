/* Reads accesses from a file, trains 25 iterations, scores them all and writes the scores: `train-and-score.mjs IN.parquet OUT.jsonl`. */
import { AccessAnomaly } from "../../dist/index.js";
import { readAccesses } from "../../dist/ingest/read.js";
import { resolveSelection } from "../../dist/ingest/selection.js";
import { resultBatches } from "../../dist/sinks/results.js";
import { writeResults } from "../../dist/sinks/write.js";

const [input, out] = process.argv.slice(2);
const { table } = await readAccesses([input], resolveSelection());
const model = await new AccessAnomaly().fit(table);
const pairs = await model.scoreTable(table);
await writeResults(out, "jsonl", resultBatches(table, pairs));
console.log(pairs.length);
