/*
 * The file format of partitions: the ratings of one side, grouped by row, in blocks that are read into memory as they are.
 *
 *   header   64 bytes              magic, version, side, rows, pairs, number of partitions, CRC-32 of header and table
 *   table    40 bytes a partition  first row, rows, pairs, offset, bytes and CRC-32 of its block
 *   blocks   64-byte aligned       ptr u32[rows + 1] | idx i32[pairs] | val f32[pairs], each 64-byte aligned
 *
 * The ratings of row `first + r` are positions ptr[r] to ptr[r + 1] of the block's idx and val. All numbers are little-endian, as
 * WebAssembly's memory is. Header and table are written last, so that a file that was not finished is known by its missing magic.
 */
import { crc32 } from "node:zlib";
import { DataError } from "../base/errors.js";

/** Which side the rows of a file are. */
export type Side = "user" | "item";

/** Consecutive rows of one side whose ratings are one block. */
export interface PartitionRows {
  first: number;
  rows: number;
  pairs: number;
}

export interface Partition extends PartitionRows {
  /** Where the block lies in the file, its length and its checksum. */
  offset: number;
  bytes: number;
  crc: number;
}

/** What a file of partitions says about itself. */
export interface PartitionHead {
  side: Side;
  rows: number;
  pairs: number;
  /** In the order of their rows, without gaps. */
  partitions: Partition[];
}

/** Where the arrays of a block begin, in bytes from its start (ptr begins at 0), and how long it is. */
export interface BlockLayout {
  idxAt: number;
  valAt: number;
  bytes: number;
}

const MAGIC = "BYOMLPRT";
const VERSION = 1;
const HEADER_BYTES = 64;
const ENTRY_BYTES = 40;
/** Bytes of header and table are a whole number of these, so that blocks begin at pages. */
const PAGE = 4096;
const CRC_AT = 36;
const sides: readonly Side[] = ["user", "item"];

const align64 = (bytes: number) => Math.ceil(bytes / 64) * 64;

/** The layout of a block of so many rows and pairs. */
export function blockLayout(rows: number, pairs: number): BlockLayout {
  const idxAt = align64(4 * (rows + 1));
  const valAt = idxAt + align64(4 * pairs);
  return { idxAt, valAt, bytes: valAt + align64(4 * pairs) };
}

/** Bytes of header and table together: where the first block begins. */
export function headBytes(partitions: number): number {
  return Math.ceil((HEADER_BYTES + partitions * ENTRY_BYTES) / PAGE) * PAGE;
}

/** Header and table as they stand in the file. */
export function encodeHead({ side, rows, pairs, partitions }: PartitionHead): Uint8Array {
  const bytes = new Uint8Array(headBytes(partitions.length));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, sides.indexOf(side), true);
  setLong(view, 16, rows);
  setLong(view, 24, pairs);
  view.setUint32(32, partitions.length, true);
  for (const [n, partition] of partitions.entries()) {
    const at = HEADER_BYTES + n * ENTRY_BYTES;
    view.setUint32(at, partition.first, true);
    view.setUint32(at + 4, partition.rows, true);
    setLong(view, at + 8, partition.pairs);
    setLong(view, at + 16, partition.offset);
    setLong(view, at + 24, partition.bytes);
    view.setUint32(at + 32, partition.crc, true);
  }
  view.setUint32(CRC_AT, crc32(bytes), true);
  return bytes;
}

/** How many bytes the head of a file has, from its first 64; 0 where that is no head. */
export function headLength(start: Uint8Array): number {
  if (start.length < HEADER_BYTES || new TextDecoder().decode(start.subarray(0, 8)) !== MAGIC) return 0;
  return headBytes(new DataView(start.buffer, start.byteOffset).getUint32(32, true));
}

/**
 * Reads header and table, and checks that they agree with themselves.
 *
 * @param path  for messages
 * @param size  bytes of the whole file
 * @throws DataError naming the file and what is wrong with it
 */
export function decodeHead(bytes: Uint8Array, path: string, size: number): PartitionHead {
  const wrong = (what: string) =>
    new DataError(`${path}: ${what}`, {
      hint: "The file was damaged after it was written: check the disk, and run again.",
      details: { file: path },
    });
  if (headLength(bytes) === 0) throw wrong("is no file of partitions, or was not finished");
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const version = view.getUint32(8, true);
  if (version !== VERSION) throw wrong(`has version ${version} of the format, this byoml reads ${VERSION}`);
  const crc = view.getUint32(CRC_AT, true);
  view.setUint32(CRC_AT, 0, true);
  if (crc32(copy) !== crc) throw wrong("the checksum of its table is wrong");
  const partitions = Array.from({ length: view.getUint32(32, true) }, (_, n): Partition => {
    const at = HEADER_BYTES + n * ENTRY_BYTES;
    return {
      first: view.getUint32(at, true),
      rows: view.getUint32(at + 4, true),
      pairs: getLong(view, at + 8),
      offset: getLong(view, at + 16),
      bytes: getLong(view, at + 24),
      crc: view.getUint32(at + 32, true),
    };
  });
  const head = {
    side: sides[view.getUint32(12, true)],
    rows: getLong(view, 16),
    pairs: getLong(view, 24),
    partitions,
  };
  let row = 0;
  for (const { first, rows, pairs, offset, bytes: length } of partitions) {
    if (first !== row || length !== blockLayout(rows, pairs).bytes || offset + length > size)
      throw wrong(`partition ${first}: its place in the file is wrong, or the file is too short`);
    row += rows;
  }
  if (row !== head.rows || !head.side) throw wrong("its rows do not add up");
  return head;
}

function setLong(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

function getLong(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
