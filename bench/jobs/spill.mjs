/*
 * More distinct pairs and names than a budget holds, generated as JSON lines and counted by way of the disk:
 * `spill.mjs '{"pairs": …, "names": …, "memoryInBytes": …, "workFolder": …}'`.
 *
 * Every row that comes out is looked at: its place in the order, its weight, and that there are as many as pairs.
 *
 * Prints { seconds, countingSeconds, readingSeconds, rows, users, resources, peakInBytes, diskInBytes }.
 */
import { readFileSync, statfsSync } from "node:fs";
import { countAccesses } from "../../dist/ingest/count.js";
import { resolveSelection } from "../../dist/ingest/selection.js";
import { pairsOf, resourceName, TENANT, userName } from "../data/pairs.mjs";

/** On disk a pair takes its row up to three times, and each of its two names in a run once. */
const PAIR_DISK_BYTES = 120;
const CHUNK_BYTES = 1 << 20;
const LINE_BYTES = 400;

const { pairs, names, memoryInBytes, workFolder } = JSON.parse(process.argv[2]);
const sizes = { pairs, names };
const { users, resources, userOf, resourceOf, dayOf, weightOf } = pairsOf(sizes);
const diskInBytes = pairs * PAIR_DISK_BYTES;
const { bavail, bsize } = statfsSync(workFolder);
const need = `${(diskInBytes / 1e9).toFixed(2)} GB in ${workFolder}, which has ${((bavail * bsize) / 1e9).toFixed(2)} GB free`;
if (bavail * bsize < diskInBytes) throw new Error(`these pairs need ${need}: make room, or take fewer`);
console.error(`  runs and their merge take up to ${need}`);

const start = performance.now();
const since = (time) => (performance.now() - time) / 1000;
const source = { name: "generated", format: "json", gzip: false, open: lines };
const plan = { sources: [source], files: 1, bytes: 0, ignored: 0 };
const { accesses } = await countAccesses(plan, resolveSelection({ weight: "count" }), { memoryInBytes, workFolder });
try {
  const countingSeconds = since(start);
  const reading = performance.now();
  const { rows } = accesses;
  await check(accesses);
  const readingSeconds = since(reading);
  const facts = { rows, users: accesses.users, resources: accesses.resources, peakInBytes: peakInBytes(), diskInBytes };
  console.log(JSON.stringify({ seconds: since(start), countingSeconds, readingSeconds, ...facts }));
} finally {
  accesses.close();
}

/** The pairs as JSON lines. */
async function* lines() {
  const days = Array.from({ length: 7 }, (_, day) => new Date((19_000 + day) * 86_400_000).toISOString());
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let end = 0;
  for (let k = 0; k < pairs; k++) {
    const user = userOf(k);
    const [account, share] = [userName(user), resourceName(resourceOf(k, user))].map((name) =>
      name.replaceAll("\\", "\\\\"),
    );
    const time = days[dayOf(k) - 19_000];
    const line = `{"tenant":"${TENANT}","user":"${account}","res":"${share}","TimeGenerated":"${time}","count":${weightOf(user)}}\n`;
    end += chunk.latin1Write(line, end);
    if (end < CHUNK_BYTES - LINE_BYTES) continue;
    yield chunk.subarray(0, end);
    chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    end = 0;
  }
  yield chunk.subarray(0, end);
}

/** @throws Error at the first row that is out of order or has another weight, or where there are too few or many */
async function check(merged) {
  let [count, lastUser, lastResource] = [0, "", ""];
  const prefix = userName("").length;
  for await (const { length, user, resource, weight } of merged.batches())
    for (let n = 0; n < length; n++) {
      const ordered = user[n] === lastUser ? resource[n] > lastResource : user[n] > lastUser;
      if (!ordered || weight[n] !== weightOf(Number(user[n].slice(prefix))))
        throw new Error(`row ${count}: wrong: ${user[n]}, ${resource[n]}, ${weight[n]}`);
      lastUser = user[n];
      lastResource = resource[n];
      count++;
    }
  if (count !== pairs || merged.rows !== pairs) throw new Error(`expected ${pairs} rows, got ${count}`);
  if (merged.users !== users || merged.resources > resources) throw new Error(`${merged.users} users of ${users}`);
}

/** The most memory that this process ever held. Linux's own count starts with the process; `maxRSS` begins with its parent's. */
function peakInBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}
