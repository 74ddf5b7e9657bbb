import { Random } from "../base/random.js";
import type { AccessTable } from "../interactions/accesses.js";
import { type AccessPairs, pairKey, pairsOf } from "../interactions/pairs.js";

/** Pairs by columns, in a table's ids. */
export interface DrawnPairs {
  tenant: Int32Array;
  user: Int32Array;
  resource: Int32Array;
}

/** Draws of a resource that a user might never accept: after so many the last one stands for it and is left out. */
const MAX_DRAWS = 1000;

/**
 * Accesses that nobody made: for each true one the same user with another resource that training knows in the same tenant and that
 * the user accesses nowhere in the whole table.
 *
 * @param table  training and held-out part together
 * @param train  pairs of the training part
 * @returns `repetitions` sets with the resource drawn uniformly, and as many with it drawn in proportion to its number of users in
 *          training; `users[r]` is that number
 */
export function drawNegatives(
  table: AccessTable,
  train: AccessPairs,
  truth: DrawnPairs,
  repetitions: number,
  seed: number,
): { uniform: DrawnPairs[]; popularityMatched: DrawnPairs[]; users: Int32Array } {
  const all = pairsOf(table);
  const accessed = new Set<number>();
  const key = pairKey(table);
  for (let n = 0; n < all.length; n++) accessed.add(key(all.tenant[n], all.user[n], all.resource[n]));
  // A training pair stands for one user of its resource, so a random pair draws a resource by popularity.
  const byTenant = new Map<number, { popular: number[]; distinct: number[] }>();
  const users = new Int32Array(table.resources.size);
  for (let n = 0; n < train.length; n++) {
    users[train.resource[n]]++;
    const tenant = byTenant.get(train.tenant[n]) ?? { popular: [], distinct: [] };
    byTenant.set(train.tenant[n], tenant);
    tenant.popular.push(train.resource[n]);
  }
  for (const tenant of byTenant.values()) tenant.distinct = [...new Set(tenant.popular)];
  const draw = (kind: "popular" | "distinct", stream: number): DrawnPairs => {
    const random = new Random(seed, stream);
    const drawn = { tenant: [] as number[], user: [] as number[], resource: [] as number[] };
    for (let n = 0; n < truth.user.length; n++) {
      const [tenant, user] = [truth.tenant[n], truth.user[n]];
      const pool = byTenant.get(tenant)![kind];
      for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
        const resource = pool[random.integer(pool.length)];
        if (accessed.has(key(tenant, user, resource))) continue;
        drawn.tenant.push(tenant);
        drawn.user.push(user);
        drawn.resource.push(resource);
        break;
      }
    }
    return {
      tenant: Int32Array.from(drawn.tenant),
      user: Int32Array.from(drawn.user),
      resource: Int32Array.from(drawn.resource),
    };
  };
  const sets = (kind: "popular" | "distinct", offset: number) =>
    Array.from({ length: repetitions }, (_, n) => draw(kind, 2 * n + offset));
  return { uniform: sets("distinct", 0), popularityMatched: sets("popular", 1), users };
}
