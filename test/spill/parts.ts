import type { CountedPart } from "../../src/interactions/counted.js";
import { AccessCounter } from "../../src/interactions/counter.js";
import type { SpilledAccesses } from "../../src/spill/spilled.js";

/** A record that was read; `id` where it has a record id. */
export interface Access {
  tenant: string;
  user: string;
  resource: string;
  day: number;
  weight: number;
  id?: number;
}

/** Counts accesses as a reader does: with weights of a column what comes after a row's first is kept apart. */
export function partOf(accesses: readonly Access[], weighted: boolean): CountedPart {
  const names = new Map<string, number>();
  const idOf = (name: string) => {
    if (!names.has(name)) names.set(name, names.size);
    return names.get(name)!;
  };
  const rows = new Map<string, number>();
  const columns: Record<"tenant" | "user" | "resource" | "day" | "weight", number[]> = {
    ...{ tenant: [], user: [], resource: [], day: [], weight: [] },
  };
  const repeats: { row: number[]; weight: number[] } = { row: [], weight: [] };
  const records: { ids: number[]; access: number[] } = { ids: [], access: [] };
  for (const { tenant, user, resource, day, weight, id } of accesses) {
    const key = JSON.stringify([tenant, user, resource, day]);
    let row = rows.get(key);
    let access = row ?? rows.size;
    if (row === undefined) {
      row = rows.size;
      rows.set(key, row);
      columns.tenant.push(idOf(tenant));
      columns.user.push(idOf(user));
      columns.resource.push(idOf(resource));
      columns.day.push(day);
      columns.weight.push(weight);
    } else if (weighted) {
      access = -1 - repeats.row.length;
      repeats.row.push(row);
      repeats.weight.push(weight);
    } else columns.weight[row] += weight;
    if (id === undefined) continue;
    records.ids.push(id >>> 0, 0xffff_ffff, 0, id >>> 0);
    records.access.push(access);
  }
  const encoded = [...names.keys()].map((name) => new TextEncoder().encode(name));
  let end = 0;
  return {
    names: { bytes: Buffer.concat(encoded), ends: Uint32Array.from(encoded, ({ length }) => (end += length)) },
    tenant: Int32Array.from(columns.tenant),
    user: Int32Array.from(columns.user),
    resource: Int32Array.from(columns.resource),
    day: Int32Array.from(columns.day),
    weight: Float64Array.from(columns.weight),
    length: rows.size,
    repeats: { row: Int32Array.from(repeats.row), weight: Float64Array.from(repeats.weight) },
    recordIds: { ids: Uint32Array.from(records.ids), access: Int32Array.from(records.access) },
  };
}

export type Row = [tenant: string, user: string, resource: string, day: number, weight: number];

/** What counting in memory gives, in the canonical order. */
export function counted(accesses: readonly Access[], oncePerId = false): Row[] {
  const counter = new AccessCounter();
  const ids = new Set<number>();
  for (const { tenant, user, resource, day, weight, id } of accesses) {
    if (oncePerId && id !== undefined) {
      if (ids.has(id)) continue;
      ids.add(id);
    }
    counter.add(tenant, user, resource, day, weight);
  }
  const table = counter.finish();
  const rows = Array.from(
    { length: table.length },
    (_, n): Row => [
      table.tenants.names[table.tenant[n]],
      table.users.names[table.user[n]],
      table.resources.names[table.resource[n]],
      table.day[n],
      table.weight[n],
    ],
  );
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return rows.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]) || compare(a[2], b[2]) || a[3] - b[3]);
}

export async function rowsOf(accesses: SpilledAccesses): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { length, tenant, user, resource, day, weight } of accesses.batches())
    for (let n = 0; n < length; n++) rows.push([tenant[n], user[n], resource[n], day[n], weight[n]]);
  return rows;
}

/** A function that remembers record ids. */
export function remembering() {
  const seen = new Set<string>();
  return (...id: [number, number, number, number]) => {
    const key = id.join();
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  };
}
