/*
 * Any number of distinct pairs of users and resources in an order that is as good as random: pair k is the same on every machine. The
 * users' names are three quarters of all.
 */

/** Steps that have no factor in common with sizes of round numbers. */
const MIX = 61_803_403;
const STEP = 104_729;

/**
 * @param sizes  pairs and names: of users and resources together; up to 10^8 pairs, and a user has fewer than there are resources
 * @returns users, resources; userOf(k), resourceOf(k, user), dayOf(k), weightOf(user) of pair k
 */
export function pairsOf({ pairs, names }) {
  const users = Math.floor(names * 0.75);
  const resources = names - users;
  for (const [a, b] of [
    [MIX, pairs],
    [STEP, resources],
  ])
    if (commonFactor(a, b) > 1) throw new Error(`${b}: expected a number that ${a} has no factor in common with`);
  if (pairs > 1e8 || Math.ceil(pairs / users) > resources)
    throw new Error(`${pairs} pairs of ${names} names: too many`);
  /** Where pair k stands among the pairs sorted by their turn and user. */
  const place = (k) => (k * MIX) % pairs;
  return {
    ...{ users, resources },
    userOf: (k) => place(k) % users,
    // A user's pairs are turns 0, 1, 2 …, each with a resource of its own.
    resourceOf: (k, user) =>
      (((user * 31) % resources) + ((Math.floor(place(k) / users) * STEP) % resources)) % resources,
    dayOf: (k) => 19_000 + (k % 7),
    weightOf: (user) => 1 + (user % 5),
  };
}

export const userName = (user) => `CONTOSO\\jane.doe${user}`;
export const resourceName = (resource) => `\\\\fs01.contoso.com\\share${resource}`;
export const TENANT = "b1a3c5d7-1111-4222-8333-0123456789ab";

function commonFactor(a, b) {
  return b === 0 ? a : commonFactor(b, a % b);
}
