/*
 * Figures beside the peers', measured in one run on one machine: `npm run bench -- SUITE [--only MEASURE,…] [--json] [--no-peers]
 * [--size SIZE]`.
 *
 * A suite is a module in bench/suites that exports `measures`: an object from the name of a measure to a function that takes
 * `{ peers, size }` and returns rows `{ measure, ours, peer, unit, ratio, peerVersion, atLeast, note }`. A ratio above 1 means that we
 * are ahead; `atLeast` is the one to reach. A suite whose data comes in any size exports `options = ["size"]`, others refuse `--size`. A
 * measure that fails is named at the end and makes the exit code 1; the others are printed.
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
    size: { type: "string" },
  },
});
const [suite] = positionals;
if (positionals.length !== 1 || !suites.includes(suite)) {
  console.error(
    `usage: npm run bench -- SUITE [--only MEASURE,…] [--json] [--no-peers] [--size SIZE]\nsuites: ${suites.join(", ")}`,
  );
  process.exit(2);
}
const { measures, options = [] } = await import(`./suites/${suite}.mjs`);
if (values.size !== undefined && !options.includes("size")) {
  console.error(`the suite ${suite} has no --size`);
  process.exit(2);
}
const wanted = values.only?.split(",") ?? Object.keys(measures);
const unknown = wanted.filter((name) => !(name in measures));
if (unknown.length > 0) {
  console.error(`no such measure: ${unknown.join(", ")}; there are ${Object.keys(measures).join(", ")}`);
  process.exit(2);
}
const rows = [];
let failed = 0;
for (const name of wanted) {
  console.error(`${name} …`);
  try {
    rows.push(...(await measures[name]({ peers: !values["no-peers"], size: values.size })));
  } catch (error) {
    failed++;
    console.error(`${name} failed: ${error.stack}`);
  }
}
if (values.json) console.log(JSON.stringify(rows.map(documented), null, 2));
else console.log(`${machine()}\n\n${rowsAsTable(rows)}`);
if (failed > 0) console.error(`${failed} of ${wanted.length} measures failed, see above`);
process.exit(failed > 0 ? 1 : 0);

/** What the JSON document has of a row. */
function documented({ measure, ours, peer, unit, ratio, peerVersion = null }) {
  return { measure, ours, peer, unit, ratio, peerVersion };
}
