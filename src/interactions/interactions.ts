import { countingOrder, rankOfNames } from "./order.js";

/** Users or resources, each within a tenant: sorted by tenant, then by name. */
export interface Entities {
  /** i32[size], index of the tenant. */
  readonly tenant: Int32Array;
  readonly name: readonly string[];
  /** i32[tenants + 1]: the entities of tenant t are start[t] to start[t + 1]. */
  readonly start: Int32Array;
  readonly size: number;
}

/**
 * Ratings of users for resources in one canonical order, by (user, resource, likelihood): what training starts from.
 *
 * The order does not depend on the order in which accesses were read, so neither does the model.
 */
export interface Interactions {
  readonly tenants: readonly string[];
  readonly users: Entities;
  readonly resources: Entities;
  /** i32[length], rows of `users` and of `resources`. */
  readonly user: Int32Array;
  readonly resource: Int32Array;
  readonly likelihood: Float64Array;
  readonly length: number;
}

/** Rows as they were read: ids into lists of names. */
export interface CodedRows {
  readonly tenants: readonly string[];
  readonly users: readonly string[];
  readonly resources: readonly string[];
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  readonly likelihood: Float64Array;
}

/** Brings rows into the canonical order. Names that no row uses are left out. */
export function buildInteractions(rows: CodedRows): Interactions {
  const tenantRanks = rankOfNames(rows.tenants);
  const tenantOf = rows.tenant.map((id) => tenantRanks.rank[id]);
  const tenantCount = rows.tenants.length;
  const byTenant = countingOrder(tenantOf, tenantCount);
  const users = gather(byTenant, tenantOf, tenantCount, rows.user, rows.users);
  const resources = gather(byTenant, tenantOf, tenantCount, rows.resource, rows.resources);

  let order = countingOrder(resources.of, resources.entities.size);
  order = countingOrder(users.of, users.entities.size, order);
  sortEqualPairs(order, users.of, resources.of, rows.likelihood);
  return {
    tenants: tenantRanks.sorted,
    users: users.entities,
    resources: resources.entities,
    user: order.map((row) => users.of[row]),
    resource: order.map((row) => resources.of[row]),
    likelihood: Float64Array.from(order, (row) => rows.likelihood[row]),
    length: order.length,
  };
}

/** Gives every (tenant, name) that occurs a row, sorted; `of` is the row of each access. */
function gather(
  byTenant: Int32Array,
  tenantOf: Int32Array,
  tenantCount: number,
  id: Int32Array,
  names: readonly string[],
): { entities: Entities; of: Int32Array } {
  const { sorted, rank } = rankOfNames(names);
  const of = new Int32Array(id.length);
  const start = new Int32Array(tenantCount + 1);
  const name: string[] = [];
  const tenant: number[] = [];
  const rowOfRank = new Int32Array(names.length);
  const seen = new Uint8Array(names.length);
  let at = 0;
  for (let t = 0; t < tenantCount; t++) {
    const begin = at;
    while (at < byTenant.length && tenantOf[byTenant[at]] === t) at++;
    const accesses = byTenant.subarray(begin, at);
    for (const r of distinctRanks(accesses, id, rank, seen)) {
      rowOfRank[r] = name.length;
      name.push(sorted[r]);
      tenant.push(t);
    }
    for (const access of accesses) of[access] = rowOfRank[rank[id[access]]];
    start[t + 1] = name.length;
  }
  return { entities: { tenant: Int32Array.from(tenant), name, start, size: name.length }, of };
}

/** The ranks that occur among some accesses, ascending. `seen` is all zero before and after. */
function distinctRanks(accesses: Int32Array, id: Int32Array, rank: Int32Array, seen: Uint8Array): Int32Array {
  let count = 0;
  const found = new Int32Array(Math.min(accesses.length, rank.length));
  for (const access of accesses) {
    const r = rank[id[access]];
    if (seen[r]) continue;
    seen[r] = 1;
    found[count++] = r;
  }
  const ranks = found.subarray(0, count).sort();
  for (const r of ranks) seen[r] = 0;
  return ranks;
}

/** Orders the ratings of one pair by value, so that their order in the input does not matter either. */
function sortEqualPairs(order: Int32Array, user: Int32Array, resource: Int32Array, likelihood: Float64Array): void {
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    const first = order[begin];
    while (end < order.length && user[order[end]] === user[first] && resource[order[end]] === resource[first]) end++;
    if (end - begin > 1) order.subarray(begin, end).sort((a, b) => likelihood[a] - likelihood[b]);
    begin = end;
  }
}
