import { Random } from "../base/random.js";
import type { Interactions } from "../interactions/interactions.js";

/**
 * The complement set of explicit feedback: random pairs of each tenant that nobody accessed.
 *
 * For each access `factor` pairs are drawn, user and resource uniformly from the tenant's; duplicates and accesses are dropped. It
 * depends on the seed and on the accesses, not on the order in which they were read.
 *
 * @returns user and resource rows, sorted, distinct
 * @see SynapseML ComplementAccessTransformer
 */
export function complementSet(
  { user, resource, users, resources, tenants }: Interactions,
  factor: number,
  seed: number,
): { user: Int32Array; resource: Int32Array } {
  const chosenUsers: number[] = [];
  const chosenResources: number[] = [];
  let access = 0;
  for (let t = 0; t < tenants.length; t++) {
    const [firstUser, userEnd] = [users.start[t], users.start[t + 1]];
    const [firstResource, resourceEnd] = [resources.start[t], resources.start[t + 1]];
    const begin = access;
    while (access < user.length && user[access] < userEnd) access++;
    const random = new Random(seed, t);
    const keys = new Float64Array((access - begin) * factor);
    for (let n = 0; n < keys.length; n++) {
      const u = firstUser + random.integer(userEnd - firstUser);
      keys[n] = u * resources.size + firstResource + random.integer(resourceEnd - firstResource);
    }
    keys.sort();
    // Accesses are sorted by the same key: one walk over both drops duplicates and accesses.
    let at = begin;
    for (let n = 0; n < keys.length; n++) {
      const key = keys[n];
      if (n > 0 && key === keys[n - 1]) continue;
      while (at < access && user[at] * resources.size + resource[at] < key) at++;
      if (at < access && user[at] * resources.size + resource[at] === key) continue;
      chosenUsers.push(Math.floor(key / resources.size));
      chosenResources.push(key % resources.size);
    }
  }
  return { user: Int32Array.from(chosenUsers), resource: Int32Array.from(chosenResources) };
}
