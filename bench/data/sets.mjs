/* The sets that figures are quoted for, and sets of any size of the same shape. */
import { Random } from "../../dist/base/random.js";
import { accesses, shuffle } from "./generator.mjs";

export const sets = {
  S: { users: 100_000, resources: 20_000, pairs: 2_000_000 },
  M: { users: 500_000, resources: 100_000, pairs: 10_000_000 },
};

/** The sizes of a set of the shape of the largest one: 300 million pairs of 5 million users and 500,000 resources. */
export function sizesFor(pairs) {
  return { users: Math.round(pairs / 60), resources: Math.round(pairs / 600), pairs };
}

/** A set in memory, its pairs in random order: { users, resources, user: Int32Array, resource: Int32Array, count: Float32Array }. */
export function generate(sizes, seed = 7) {
  const { users, resources, pairs } = sizes;
  const all = { user: new Int32Array(pairs), resource: new Int32Array(pairs), count: new Float32Array(pairs) };
  let at = 0;
  for (const batch of accesses(sizes, seed)) {
    for (const column of ["user", "resource", "count"]) all[column].set(batch[column], at);
    at += batch.user.length;
  }
  shuffle(all, new Random(seed, 1));
  return { users, resources, ...all };
}
