import type { AccessTable } from "./accesses.js";
import type { CountedPart } from "./counted.js";

/** Rows of a part: some megabytes, which are sorted in a part of a second. */
const PART_ROWS = 1 << 17;

/**
 * A table as counted parts, in the order of its rows, each with the names that its rows use. Nothing of a table is a repeat or has a
 * record id: its weights are summed.
 */
export function* partsOf(table: AccessTable, rowsInPart = PART_ROWS): Generator<CountedPart> {
  const { tenant, user, resource, day, weight, length } = table;
  const ids = new Map<string, number>();
  const union = [table.tenants, table.users, table.resources].map(({ names }) =>
    Int32Array.from(names, (name) => {
      const known = ids.get(name) ?? ids.size;
      ids.set(name, known);
      return known;
    }),
  );
  const all = [...ids.keys()];
  /** The number of each name in the part, -1 where it has none. */
  const place = new Int32Array(all.length).fill(-1);
  for (let start = 0; start < length; start += rowsInPart) {
    const end = Math.min(length, start + rowsInPart);
    const used: number[] = [];
    const [tenants, users, resources] = [tenant, user, resource].map((column, n) =>
      column.slice(start, end).map((id) => {
        const name = union[n][id];
        if (place[name] < 0) place[name] = used.push(name) - 1;
        return place[name];
      }),
    );
    const names = encode(used.map((name) => all[name]));
    for (const name of used) place[name] = -1;
    yield {
      names,
      ...{ tenant: tenants, user: users, resource: resources },
      day: day.slice(start, end),
      weight: weight.slice(start, end),
      length: end - start,
      repeats: { row: new Int32Array(0), weight: new Float64Array(0) },
      recordIds: { ids: new Uint32Array(0), access: new Int32Array(0) },
    };
  }
}

function encode(names: readonly string[]): CountedPart["names"] {
  const bytes = new Uint8Array(names.reduce((sum, name) => sum + Buffer.byteLength(name), 0));
  const encoder = new TextEncoder();
  let end = 0;
  const ends = Uint32Array.from(names, (name) => {
    end += encoder.encodeInto(name, bytes.subarray(end)).written;
    return end;
  });
  return { bytes, ends };
}
