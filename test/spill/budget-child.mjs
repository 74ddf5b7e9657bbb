// Merges runs in a process of its own and says what it held: node budget-child.mjs FOLDER ROWS BUDGET (0: none)
import { readFileSync } from "node:fs";
import { NO_DAY } from "../../dist/interactions/accesses.js";
import { spillFolder } from "../../dist/spill/folder.js";
import { mergeRuns } from "../../dist/spill/merge.js";
import { writeRun } from "../../dist/spill/run.js";

const [root, rows, budget] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const EACH = 25_000;
const [users, shares] = [Math.floor(rows / 5), 50_000];

/** A part as plain arrays: its users and shares are among few, so that it is small. */
function part(first) {
  const names = new Map();
  const texts = [];
  const id = (text) => {
    if (!names.has(text)) names.set(text, texts.push(text) - 1);
    return names.get(text);
  };
  const column = () => new Int32Array(EACH);
  const [tenant, user, resource, day] = [column(), column(), column(), column().fill(NO_DAY)];
  for (let n = 0; n < EACH; n++) {
    const k = first + n;
    tenant[n] = id("tenant");
    user[n] = id(`CONTOSO\\user ${Math.floor(((k * 7919) % rows) / 5)}`);
    resource[n] = id(`\\\\fs01\\share ${(k * 31) % shares}`);
  }
  const bytes = Buffer.from(texts.join(""));
  let end = 0;
  return {
    names: { bytes, ends: Uint32Array.from(texts, ({ length }) => (end += length)) },
    ...{ tenant, user, resource, day, weight: new Float64Array(EACH).fill(1), length: EACH },
    repeats: { row: new Int32Array(0), weight: new Float64Array(0) },
    recordIds: { ids: new Uint32Array(0), access: new Int32Array(0) },
  };
}

/** The most that this process has held. Linux counts a parent's in `resourceUsage`. */
function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}

const folder = spillFolder(root);
try {
  const runs = [];
  for (let first = 0; first < rows; first += EACH) runs.push(writeRun(folder.path, `run-${runs.length}`, part(first)));
  const before = peakBytes();
  const merged = await mergeRuns(runs, { folder, memoryInBytes: budget || undefined });
  const merging = peakBytes();
  let sum = 0;
  let last = "";
  let sorted = true;
  for await (const { length, user, weight } of merged.batches())
    for (let n = 0; n < length; n++) {
      sum += weight[n];
      sorted &&= last <= user[n];
      last = user[n];
    }
  const { rows: counted, users: named } = merged;
  merged.close();
  process.stdout.write(JSON.stringify({ counted, named, users, sum, sorted, before, merging, peak: peakBytes() }));
} catch ({ name, message }) {
  folder.remove();
  process.stdout.write(JSON.stringify({ error: { name, message } }));
}
