/*
 * Share accesses of an export, counted per (tenant, account, share, day), two workers: `count-exports.mjs [--mode MODE] FOLDER
 * [ROWS.jsonl]`. Says how many rows there are and their sum; with a second argument the rows are written, a JSON array a line. The mode
 * is that of `readAccesses`, its default where none is given.
 */
import { parseArgs } from "node:util";
import { version } from "../../dist/base/version.js";
import { readAccesses } from "../../dist/ingest/read.js";
import { resolveSelection } from "../../dist/ingest/selection.js";
import { isoDay } from "../../dist/interactions/accesses.js";
import { writeRows } from "../ingest/rows.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { mode: { type: "string" } } });
const [folder, out] = positionals;
const fields = { tenant: "TenantId", user: "Account", resource: "ShareName", time: "TimeGenerated" };
const selection = resolveSelection({ ...fields, where: ["EventID=5140"] });
const { table } = await readAccesses([folder], selection, { threads: 2, ...values });
if (out !== undefined) writeRows(out, rowsOf(table));
const accesses = table.weight.reduce((sum, count) => sum + count, 0);
console.log(JSON.stringify({ version: `byoml ${version}`, rows: table.length, accesses }));

function* rowsOf({ tenants, users, resources, tenant, user, resource, day, weight, length }) {
  for (let row = 0; row < length; row++)
    yield [
      tenants.names[tenant[row]],
      users.names[user[row]],
      resources.names[resource[row]],
      isoDay(day[row]),
      weight[row],
    ];
}
