/*
 * Synthetic accesses: departments whose users share resources, heavy tails on both sides, counts from a Pareto law. Seeded, the same
 * on every machine.
 */
import { Random } from "../dist/base/random.js";

/** The sets that figures are quoted for. */
export const sets = {
  S: { users: 100_000, resources: 20_000, pairs: 2_000_000 },
  M: { users: 500_000, resources: 100_000, pairs: 10_000_000 },
};

/**
 * Distinct pairs with counts, in random order.
 *
 * A department has about 1,000 users and its own block of resources; a twentieth of all resources are shared by everybody and draw a
 * tenth of the accesses. Users are active by a power law of exponent 0.7, resources are popular within their block by one of 0.8.
 */
export function generate({ users, resources, pairs }, seed = 7) {
  const random = new Random(seed);
  const departments = Math.max(10, Math.floor(users / 1000));
  const shared = Math.max(10, Math.floor(resources / 20));
  const own = resources - shared;
  const departmentOf = Int32Array.from({ length: users }, () => random.integer(departments));
  const activity = cumulative(permutation(users, random), (rank) => (rank + 1) ** -0.7);
  const hidden = permutation(resources, random);
  const taken = new Float64Array(2 ** Math.ceil(Math.log2(pairs * 2))).fill(-1);
  const user = new Int32Array(pairs);
  const resource = new Int32Array(pairs);
  const count = new Float32Array(pairs);
  for (let n = 0; n < pairs; ) {
    // every user once, then by activity
    const u = n < users ? n : search(activity, random.unit());
    const common = random.unit() < 0.1;
    const department = departmentOf[u];
    const begin = common ? own : Math.floor((department * own) / departments);
    const size = common ? shared : Math.floor(((department + 1) * own) / departments) - begin;
    const rank = Math.floor((random.unit() * ((size + 1) ** 0.2 - 1) + 1) ** 5 - 1);
    const r = hidden[begin + Math.min(rank, size - 1)];
    if (!take(taken, u * resources + r)) continue;
    user[n] = u;
    resource[n] = r;
    count[n] = Math.min(Math.floor((1 - random.unit()) ** (-1 / 1.3) - 1) + 1, 5000);
    n++;
  }
  const order = permutation(pairs, random);
  return {
    users,
    resources,
    user: order.map((n) => user[n]),
    resource: order.map((n) => resource[n]),
    count: Float32Array.from(order, (n) => count[n]),
  };
}

function permutation(size, random) {
  const order = Int32Array.from({ length: size }, (_, n) => n);
  for (let n = size - 1; n > 0; n--) {
    const other = random.integer(n + 1);
    [order[n], order[other]] = [order[other], order[n]];
  }
  return order;
}

function cumulative(ranks, weight) {
  const sums = new Float64Array(ranks.length);
  let sum = 0;
  for (let n = 0; n < ranks.length; n++) {
    sum += weight(ranks[n]);
    sums[n] = sum;
  }
  return sums.map((value) => value / sum);
}

/** First position whose cumulative share is above a number. */
function search(sums, share) {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > share) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether a key is new, in an open-addressing table of numbers. */
function take(table, key) {
  const mask = table.length - 1;
  let slot = (Math.imul(key, 0x9e3779b1) ^ Math.imul(Math.floor(key / 2 ** 32) + 1, 0x85ebca6b)) >>> 0;
  slot = (slot ^ (slot >>> 15)) & mask;
  while (table[slot] !== -1) {
    if (table[slot] === key) return false;
    slot = (slot + 1) & mask;
  }
  table[slot] = key;
  return true;
}
