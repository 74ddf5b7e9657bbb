/*
 * Share accesses of an export as one would count them in Node by hand, per (tenant, account, share, day), one thread:
 * `node_counts.mjs FOLDER [ROWS.jsonl]`. Says how many rows there are and their sum; with a second argument the rows are written.
 */
import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writeRows } from "../ingest/rows.mjs";

const [folder, out] = process.argv.slice(2);
const counts = new Map();
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const input = createReadStream(join(entry.parentPath, entry.name));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const event = JSON.parse(line);
    if (String(event.EventID) !== "5140") continue;
    const key = `${event.TenantId}\n${event.Account}\n${event.ShareName}\n${event.TimeGenerated.slice(0, 10)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
if (out !== undefined) writeRows(out, rowsOf(counts));
let accesses = 0;
for (const count of counts.values()) accesses += count;
const version = `Node ${process.versions.node}, readline and JSON.parse`;
console.log(JSON.stringify({ version, rows: counts.size, accesses }));

function* rowsOf(counts) {
  for (const [key, count] of counts) yield [...key.split("\n"), count];
}
