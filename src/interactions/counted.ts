import type { AccessTable } from "./accesses.js";
import { Vocabulary } from "./vocabulary.js";

/** Accesses of rows that a part has already, in their order, whose weights are not summed in it. */
export interface Repeats {
  /** i32[n], rows of the part. */
  readonly row: Int32Array;
  /** f64[n] */
  readonly weight: Float64Array;
}

/** Distinct names, each once: UTF-8 of well-formed text, one after the other. Name n ends before `ends[n]`. */
export interface NameBytes {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * Record ids of counted accesses, in the order of the records, for finding records that stand twice: 128 bits a record, keyed hashes
 * of the ids. Accesses without a record id are not among them.
 */
export interface RecordIds {
  /** u32[4 n] */
  readonly ids: Uint32Array;
  /** i32[n]: the row that the access was counted in; of one that was kept apart, -1 - its number among the repeats. */
  readonly access: Int32Array;
}

/**
 * Counted accesses of a part of a whole, as plain typed arrays: one row for each distinct (tenant, user, resource, day). Crosses
 * threads and lies on disk as it is.
 */
export interface CountedPart {
  /** Of tenants, users and resources alike. */
  readonly names: NameBytes;
  /** i32[length], ids of `names`. */
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  /** i32[length], days since 1970-01-01 UTC, or NO_DAY. */
  readonly day: Int32Array;
  /** f64[length] */
  readonly weight: Float64Array;
  readonly length: number;
  /** Weights of a column after the first of each row, which are summed when all parts are known. */
  readonly repeats: Repeats;
  readonly recordIds: RecordIds;
}

export function emptyPart(): CountedPart {
  const i32 = () => new Int32Array(0);
  return {
    names: { bytes: new Uint8Array(0), ends: new Uint32Array(0) },
    ...{ tenant: i32(), user: i32(), resource: i32(), day: i32(), weight: new Float64Array(0), length: 0 },
    repeats: { row: i32(), weight: new Float64Array(0) },
    recordIds: { ids: new Uint32Array(0), access: i32() },
  };
}

/** The table of a part without repeats: each kind of name in the order of first appearance. The part's columns become the table's. */
export function tableFrom(part: CountedPart): AccessTable {
  const name = reader(part.names);
  const names = part.names.ends.length;
  const { tenant, user, resource, day, weight, length } = part;
  const [tenants, users, resources] = [tenant, user, resource].map((column) => rename(column, names, name));
  return { tenants, users, resources, tenant, user, resource, day, weight, length, weightKind: "count" };
}

/** Gives the names of a column's ids new ones in the order of first appearance, also in the column. */
function rename(column: Int32Array, names: number, name: (id: number) => string): Vocabulary {
  const vocabulary = new Vocabulary();
  const ids = new Int32Array(names).fill(-1);
  for (let row = 0; row < column.length; row++) {
    const id = column[row];
    if (ids[id] < 0) ids[id] = vocabulary.add(name(id));
    column[row] = ids[id];
  }
  return vocabulary;
}

function reader({ bytes, ends }: NameBytes): (id: number) => string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (id) => text.toString("utf8", id === 0 ? 0 : ends[id - 1], ends[id]);
}
