/*
 * A run: a counted part on disk, its names and its rows sorted, so that runs are merged by reading each of them once, from its start.
 */
import { join } from "node:path";
import type { CountedPart } from "../interactions/counted.js";
import { type BlockFile, BlockReader, BlockWriter, removeFile } from "./blocks.js";
import { nameOrder, startOf } from "./name-order.js";
import { NameWriter, toSorting } from "./names.js";
import { rowOrder } from "./row-order.js";
import { RowWriter } from "./rows.js";

/** A run that was written: plain data, which crosses threads. */
export interface Run {
  readonly names: BlockFile;
  /** Ids are numbers of names in their order. */
  readonly rows: BlockFile;
  /** Record ids, in the order of the records; null where there are none. */
  readonly records: BlockFile | null;
  /** Bytes of all names, and of the longest. */
  readonly nameBytes: number;
  readonly longestName: number;
}

/** Records of a block: u32[4 n] of ids, i32[n] of rows. */
const BLOCK_RECORDS = 2048;
const RECORD_BYTES = 20;

/**
 * Writes a part as a run. May be called in any thread, and with arrays that are views of a larger memory: they are only read.
 *
 * The rows of the run are those of the part and then its repeats, sorted by tenant, user, resource (by name, in UTF-16 code units) and
 * day; those of one key stay in this order.
 *
 * @param folder  where the files are made, by names that no other run in it has; the caller removes it if this fails
 * @param name    the beginning of these names
 * @throws ByomlError  what the disk refuses
 */
export function writeRun(folder: string, name: string, part: CountedPart): Run {
  const path = (what: string) => join(folder, `${name}.${what}`);
  const order = nameOrder(part.names);
  const { file: names, total, longest } = writeNames(path("names"), part, order);
  const rank = new Int32Array(order.length);
  for (let n = 0; n < order.length; n++) rank[order[n]] = n;
  const { file: rows, places } = writeRows(path("rows"), part, rank);
  const records = places === null ? null : writeRecords(path("records"), part, places);
  return { names, rows, records, nameBytes: total, longestName: longest };
}

/** Removes the files of a run. */
export function removeRun({ names, rows, records }: Run): void {
  for (const file of [names, rows, records]) if (file) removeFile(file);
}

function writeNames(path: string, { names: { bytes, ends } }: CountedPart, order: Int32Array) {
  const writer = new NameWriter(path);
  try {
    let before = new Uint8Array(256);
    let beforeLength = 0;
    let name = new Uint8Array(256);
    for (const id of order) {
      const start = startOf(ends, id);
      const length = ends[id] - start;
      if (length > name.length) name = new Uint8Array(2 * length);
      for (let n = 0; n < length; n++) name[n] = toSorting[bytes[start + n]];
      const most = Math.min(length, beforeLength);
      let shared = 0;
      while (shared < most && name[shared] === before[shared]) shared++;
      writer.add(name, length, shared);
      const other = before;
      before = name;
      beforeLength = length;
      name = other;
    }
    const file = writer.finish();
    return { file, total: writer.total, longest: writer.longest };
  } finally {
    writer.close();
  }
}

/** Writes rows and repeats; `places` says where each of them went, if somebody has to know. */
function writeRows(path: string, part: CountedPart, rank: Int32Array): { file: BlockFile; places: Int32Array | null } {
  const { tenant, user, resource, day, weight, length, repeats } = part;
  const entries = length + repeats.row.length;
  const rowOf = (entry: number) => (entry < length ? entry : repeats.row[entry - length]);
  const order = rowOrder(entries, 4, (column, keys) => {
    const ids = [tenant, user, resource, day][column];
    if (column === 3) for (let n = 0; n < entries; n++) keys[n] = ids[rowOf(n)];
    else for (let n = 0; n < entries; n++) keys[n] = rank[ids[rowOf(n)]];
  });
  const writer = new RowWriter(path);
  try {
    for (const entry of order) {
      const row = rowOf(entry);
      const value = entry < length ? weight[entry] : repeats.weight[entry - length];
      writer.add(rank[tenant[row]], rank[user[row]], rank[resource[row]], day[row], value);
    }
    const file = writer.finish();
    if (part.recordIds.access.length === 0) return { file, places: null };
    const places = new Int32Array(entries);
    for (let n = 0; n < entries; n++) places[order[n]] = n;
    return { file, places };
  } finally {
    writer.close();
  }
}

function writeRecords(
  path: string,
  { recordIds: { ids, access }, length }: CountedPart,
  places: Int32Array,
): BlockFile {
  const writer = new BlockWriter(path, "records", BLOCK_RECORDS * RECORD_BYTES);
  try {
    for (let start = 0; start < access.length; start += BLOCK_RECORDS) {
      const count = Math.min(BLOCK_RECORDS, access.length - start);
      const { buffer, byteOffset } = writer.payload;
      new Uint32Array(buffer, byteOffset, 4 * count).set(ids.subarray(4 * start, 4 * (start + count)));
      const rows = new Int32Array(buffer, byteOffset + 16 * count, count);
      for (let n = 0; n < count; n++) {
        const at = access[start + n];
        rows[n] = places[at >= 0 ? at : length - 1 - at];
      }
      writer.write(RECORD_BYTES * count, count);
    }
    return writer.finish();
  } finally {
    writer.close();
  }
}

/** Walks the record ids of a run in the order of the records, with the row (of the run) in which each was counted. */
export function* recordsOf(file: BlockFile): Generator<{ ids: Uint32Array; rows: Int32Array }, undefined> {
  const blocks = new BlockReader(file);
  try {
    while (blocks.next()) {
      const { buffer, byteOffset } = blocks.payload;
      yield {
        ids: new Uint32Array(buffer, byteOffset, 4 * blocks.items),
        rows: new Int32Array(buffer, byteOffset + 16 * blocks.items, blocks.items),
      };
    }
  } finally {
    blocks.close();
  }
}
