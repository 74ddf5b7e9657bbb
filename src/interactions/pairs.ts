import { type AccessTable, NO_DAY } from "./accesses.js";
import { countingOrder } from "./order.js";

/**
 * The distinct (tenant, user, resource) triples of a table, in the order in which they first appear there, ids as in the table.
 */
export interface AccessPairs {
  readonly length: number;
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  /** f64[length], the sum of the weights of all days. */
  readonly weight: Float64Array;
  /** i32[length], days since 1970-01-01 UTC, or NO_DAY where no access of the pair has a time. */
  readonly firstDay: Int32Array;
  readonly lastDay: Int32Array;
}

/** One number for each (tenant, user, resource) of a table's vocabularies, for sets of pairs. */
export function pairKey({ users, resources }: AccessTable): (tenant: number, user: number, resource: number) => number {
  return (tenant, user, resource) => (tenant * users.size + user) * resources.size + resource;
}

/** A table does not change, so that training, scoring and a report on it need to sum it once. */
const summed = new WeakMap<AccessTable, AccessPairs>();

/** Sums a table over its days. */
export function pairsOf(table: AccessTable): AccessPairs {
  let pairs = summed.get(table);
  if (!pairs) {
    pairs = sumDays(table);
    summed.set(table, pairs);
  }
  return pairs;
}

function sumDays(table: AccessTable): AccessPairs {
  const { tenant, user, resource, day, weight, length } = table;
  let order = countingOrder(resource, table.resources.size);
  order = countingOrder(user, table.users.size, order);
  order = countingOrder(tenant, table.tenants.size, order);
  // Equal triples are neighbours now, first appearance first; `first` marks where each begins.
  const pairOf = new Int32Array(length).fill(-1);
  const isFirst = new Uint8Array(length);
  let current = -1;
  for (let n = 0; n < length; n++) {
    const row = order[n];
    if (
      current < 0 ||
      tenant[row] !== tenant[current] ||
      user[row] !== user[current] ||
      resource[row] !== resource[current]
    ) {
      current = row;
      isFirst[row] = 1;
    }
    pairOf[row] = current;
  }
  let count = 0;
  const position = new Int32Array(length);
  for (let row = 0; row < length; row++) if (isFirst[row]) position[row] = count++;
  const pairs = {
    length: count,
    tenant: new Int32Array(count),
    user: new Int32Array(count),
    resource: new Int32Array(count),
    weight: new Float64Array(count),
    firstDay: new Int32Array(count).fill(NO_DAY),
    lastDay: new Int32Array(count).fill(NO_DAY),
  };
  for (let row = 0; row < length; row++) {
    const at = position[pairOf[row]];
    if (isFirst[row]) {
      pairs.tenant[at] = tenant[row];
      pairs.user[at] = user[row];
      pairs.resource[at] = resource[row];
    }
    pairs.weight[at] += weight[row];
    if (day[row] === NO_DAY) continue;
    if (pairs.firstDay[at] === NO_DAY || day[row] < pairs.firstDay[at]) pairs.firstDay[at] = day[row];
    if (pairs.lastDay[at] === NO_DAY || day[row] > pairs.lastDay[at]) pairs.lastDay[at] = day[row];
  }
  return pairs;
}

/**
 * How strongly each pair's user accesses its resource: f64[length].
 *
 * Counts are divided by the days that they span, `sum / (1 + last day - first day)`; likelihoods are taken as they are.
 */
export function likelihoodsOf(pairs: AccessPairs, weightKind: AccessTable["weightKind"]): Float64Array {
  const { weight, firstDay, lastDay } = pairs;
  if (weightKind === "likelihood") return weight;
  return weight.map((sum, n) => sum / (1 + lastDay[n] - firstDay[n]));
}
