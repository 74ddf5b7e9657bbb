/*
 * Figures beside the peers', measured in one run on one machine: `npm run bench -- SUITE [--only MEASURE,…] [--json] [--no-peers]`.
 *
 * A suite is a module in bench/suites that exports `measures`: an object from the name of a measure to a function that takes
 * `{ peers }` and returns rows `{ measure, ours, peer, unit, ratio, peerVersion, note }`. A ratio above 1 means that we are ahead.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { machine, rowsAsTable } from "./print.mjs";

const suites = readdirSync(new URL("suites/", import.meta.url)).map((file) => file.replace(/\.mjs$/, ""));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    json: { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
  },
});
const [suite] = positionals;
if (positionals.length !== 1 || !suites.includes(suite)) {
  console.error(`usage: npm run bench -- SUITE [--only MEASURE,…] [--json] [--no-peers]\nsuites: ${suites.join(", ")}`);
  process.exit(2);
}
const { measures } = await import(`./suites/${suite}.mjs`);
const wanted = values.only?.split(",") ?? Object.keys(measures);
const unknown = wanted.filter((name) => !(name in measures));
if (unknown.length > 0) {
  console.error(`no such measure: ${unknown.join(", ")}; there are ${Object.keys(measures).join(", ")}`);
  process.exit(2);
}
const rows = [];
for (const name of wanted) {
  console.error(`${name} …`);
  rows.push(...(await measures[name]({ peers: !values["no-peers"] })));
}
if (values.json) console.log(JSON.stringify(rows, null, 2));
else console.log(`${machine()}\n\n${rowsAsTable(rows)}`);
process.exit(0);
