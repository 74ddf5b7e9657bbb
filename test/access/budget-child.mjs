// Trains in a process of its own and says what it held: node budget-child.mjs fit|als FOLDER ACCESSES BUDGET (0: none)
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AccessAnomaly } from "../../dist/access/anomaly.js";
import { alsDefaults } from "../../dist/als/options.js";
import { trainAls } from "../../dist/als/train.js";
import { NO_DAY } from "../../dist/interactions/accesses.js";
import { AccessCounter } from "../../dist/interactions/counter.js";

const [kind, workFolder] = process.argv.slice(2);
const [length, budget] = process.argv.slice(4).map(Number);
const [users, items] = [20_000, 4000];
const userOf = (n) => n % users;
const itemOf = (n) => (n * 7919 + Math.floor(n / users)) % items;

const stages = new Set();
/** What was held at most when training began: tables, and garbage that was made of them. */
let before;
const run = {
  ...{ threads: 2, workFolder, memoryInBytes: budget || undefined },
  onProgress: ({ stage }) => {
    before ??= peakBytes();
    stages.add(stage);
  },
};

/** Accesses of two tenants, trained apart. */
async function fromTable() {
  const counter = new AccessCounter();
  for (let n = 0; n < length; n++)
    counter.add(`t${userOf(n) % 2}`, `u${userOf(n)}`, `r${itemOf(n)}`, NO_DAY, 1 + (n % 9));
  const anomaly = new AccessAnomaly({ seed: 1, separateTenants: true, maxIter: 2 });
  const { data, facts } = await anomaly.fit(counter.finish("likelihood"), run);
  return [data.users.vectors, data.resources.vectors, Buffer.from(JSON.stringify(facts.tenants))];
}

/** A source that is made as it is read. */
async function fromSource() {
  const size = 1 << 17;
  const [user, item, rating] = [new Int32Array(size), new Int32Array(size), new Float32Array(size)];
  function* batches() {
    for (let n = 0; n < length; n += size) {
      const count = Math.min(size, length - n);
      for (let k = 0; k < count; k++) {
        user[k] = userOf(n + k);
        item[k] = itemOf(n + k);
        rating[k] = 1 + (k % 9);
      }
      yield { user: user.subarray(0, count), item: item.subarray(0, count), rating: rating.subarray(0, count) };
    }
  }
  const factors = await trainAls(
    { users, items, batches },
    { ...alsDefaults, maxIter: 2, implicitPrefs: true, regParam: 1 },
    run,
  );
  return [factors.users, factors.items];
}

/** The most that this process has held. Linux counts a parent's in `resourceUsage`. */
function peakBytes() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line[1]) * 1024;
}

const say = (outcome) => process.stdout.write(`${JSON.stringify(outcome)}\n`);

try {
  const hash = createHash("sha256");
  for (const part of await (kind === "fit" ? fromTable() : fromSource())) hash.update(part);
  say({ hash: hash.digest("hex"), stages: [...stages], before, peak: peakBytes() });
} catch ({ name, message }) {
  say({ error: { name, message } });
}
