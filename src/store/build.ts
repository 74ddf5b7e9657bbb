/*
 * From ratings in any order to two files of partitions, by user and by item, in bounded memory: scattered into buckets of rows as
 * they come, then sorted bucket by bucket. Both passes keep the order of the input, so the ratings of a row stand in it.
 */
import { closeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { RunOptions } from "../base/progress.js";
import {
  type Bucket,
  canSplit,
  chunksOf,
  create,
  leastScatterBytes,
  mostChunkBytes,
  mostScatterBytes,
  removeBucket,
  Scatter,
  splitBucket,
} from "./buckets.js";
import { cutPartitions, type RowSpan } from "./cuts.js";
import { writeAll } from "./disk.js";
import { blockLayout, encodeHead, headBytes, type Partition, type PartitionRows, type Side } from "./layout.js";
import { checkBatch, type RatingsSource } from "./source.js";

/** A bucket that so many partitions would have to read is split first. */
const SPLIT_ABOVE = 4;

/** Ratings that wait in buckets for being sorted, with what is known of them by now. */
export interface Scattered {
  side: Side;
  /** u32[rows], ratings of each row. */
  counts: Uint32Array;
  buckets: Bucket[];
}

/** Bytes of scratch that `scatterRatings` needs, and beyond which it is not faster. */
export function scatterBytes({ users, items }: { users: number; items: number }): { least: number; most: number } {
  const counts = countBytes(users) + countBytes(items);
  return { least: counts + 2 * leastScatterBytes, most: counts + 2 * mostScatterBytes };
}

/** Bytes of scratch that `writePartitions` needs when its largest block has so many. */
export function sortBytes(block: number): number {
  return mostChunkBytes + Math.max(block, leastScatterBytes);
}

/** Bytes in front of the scratch of `scatterRatings` that hold the counts. */
export function countBytes(rows: number): number {
  return align64(4 * rows);
}

/**
 * Walks the source once and scatters its ratings by user and by item.
 *
 * @param folder   where files may be made; the caller removes it, whatever happens
 * @param scratch  at least `scatterBytes(source).least` bytes, 64-byte aligned; the counts stay in its front
 * @throws DataError   a rating of an unknown user or item
 * @throws ByomlError  what the disk refuses
 */
export async function scatterRatings(
  source: RatingsSource,
  folder: string,
  scratch: Uint8Array,
  { signal, onProgress }: RunOptions = {},
): Promise<[users: Scattered, items: Scattered]> {
  const { users, items } = source;
  const { front, counts } = countsIn(scratch, [users, items]);
  const half = align64(Math.min(mostScatterBytes, Math.floor((scratch.length - front) / 2)) - 63);
  const byUser = new Scatter(folder, "user", 0, users, scratch.subarray(front, front + half));
  const byItem = new Scatter(folder, "item", 0, items, scratch.subarray(front + half, front + 2 * half));
  try {
    let done = 0;
    for await (const batch of source.batches()) {
      // A turn of the event loop, so that an interrupt is heard.
      await turn();
      signal?.throwIfAborted();
      checkBatch(source, batch, done);
      const { user, item, rating } = batch;
      count(user, counts[0]);
      count(item, counts[1]);
      byUser.add(user, item, rating);
      byItem.add(item, user, rating);
      done += user.length;
      onProgress?.({ stage: "sort", done, unit: "ratings" });
    }
    return [
      { side: "user", counts: counts[0], buckets: byUser.finish() },
      { side: "item", counts: counts[1], buckets: byItem.finish() },
    ];
  } catch (error) {
    byUser.abandon();
    byItem.abandon();
    throw error;
  }
}

/** How `writePartitions` cuts. */
export interface CutOptions {
  /** See `cutPartitions`. */
  spans: readonly RowSpan[];
  unit: number;
  bytes: number;
}

/**
 * Sorts scattered ratings into a file of partitions, and removes the buckets on the way.
 *
 * @param scratch  at least `sortBytes` of the largest block, 64-byte aligned, apart from the counts
 * @returns the file's path
 * @throws ByomlError  what the disk refuses; the buckets are removed then too
 */
export async function writePartitions(
  { side, counts, buckets }: Scattered,
  folder: string,
  { spans, unit, bytes }: CutOptions,
  scratch: Uint8Array,
  { signal, onProgress }: RunOptions = {},
): Promise<string> {
  const cuts = cutPartitions(counts, spans, unit, bytes);
  const file = create(join(folder, `${side}.partitions`));
  let waiting = buckets;
  try {
    const partitions: Partition[] = [];
    let offset = headBytes(cuts.length);
    let pairs = 0;
    for (const cut of cuts) {
      await turn();
      signal?.throwIfAborted();
      waiting = splitHeavy(waiting, cut, folder, bytes, scratch);
      const block = sortInto(cut, counts, waiting, scratch);
      writeAll(file, block, offset);
      partitions.push({ ...cut, offset, bytes: block.length, crc: crc32(block) });
      offset += block.length;
      pairs += cut.pairs;
      waiting = waiting.filter((bucket) => {
        const done = bucket.first + 2 ** bucket.shift <= cut.first + cut.rows;
        if (done) removeBucket(bucket);
        return !done;
      });
      onProgress?.({ stage: `sort by ${side}`, done: partitions.length, total: cuts.length, unit: "partitions" });
    }
    writeAll(file, encodeHead({ side, rows: counts.length, pairs, partitions }), 0);
    return file.path;
  } finally {
    for (const bucket of waiting) removeBucket(bucket);
    closeSync(file.fd);
  }
}

const ends = ({ first, rows }: PartitionRows) => first + rows;
const overlaps = (bucket: Bucket, cut: PartitionRows) =>
  bucket.first < ends(cut) && bucket.first + 2 ** bucket.shift > cut.first;

/** Splits those buckets of a partition that hold much more than a partition, so that none is read again and again. */
function splitHeavy(
  buckets: Bucket[],
  cut: PartitionRows,
  folder: string,
  bytes: number,
  scratch: Uint8Array,
): Bucket[] {
  const heavy = (bucket: Bucket) => canSplit(bucket) && bucket.pairs * 8 > SPLIT_ABOVE * bytes && overlaps(bucket, cut);
  let all = buckets;
  for (let n = all.findIndex(heavy); n >= 0; n = all.findIndex(heavy))
    all = [...all.slice(0, n), ...splitBucket(folder, all[n], scratch), ...all.slice(n + 1)];
  return all;
}

/** A counting sort of the ratings of a partition's rows into its block, in scratch. */
function sortInto(
  cut: PartitionRows,
  counts: Uint32Array,
  buckets: readonly Bucket[],
  scratch: Uint8Array,
): Uint8Array {
  const { first, rows, pairs } = cut;
  const { idxAt, valAt, bytes } = blockLayout(rows, pairs);
  const block = scratch.subarray(mostChunkBytes, mostChunkBytes + bytes);
  const at = (offset: number) => [block.buffer, block.byteOffset + offset] as const;
  const ptr = new Uint32Array(...at(0), rows + 1);
  const idx = new Int32Array(...at(idxAt), pairs);
  const val = new Float32Array(...at(valAt), pairs);
  block.fill(0, 4 * (rows + 1), idxAt);
  block.fill(0, idxAt + 4 * pairs, valAt);
  block.fill(0, valAt + 4 * pairs);
  // ptr[r + 1] is where the next rating of row r goes, which in the end is where row r + 1 begins.
  ptr[0] = 0;
  for (let r = 0, start = 0; r < rows; r++) {
    ptr[r + 1] = start;
    start += counts[first + r];
  }
  for (const bucket of buckets) {
    if (!overlaps(bucket, cut)) continue;
    for (const { row, other, rating } of chunksOf(bucket, scratch))
      for (let n = 0; n < row.length; n++) {
        const r = row[n] - first;
        if (r >>> 0 >= rows) continue;
        const to = ptr[r + 1]++;
        idx[to] = other[n];
        val[to] = rating[n];
      }
  }
  return block;
}

function countsIn(scratch: Uint8Array, lengths: readonly number[]): { front: number; counts: Uint32Array[] } {
  let front = 0;
  const counts = lengths.map((length) => {
    const array = new Uint32Array(scratch.buffer, scratch.byteOffset + front, length).fill(0);
    front += countBytes(length);
    return array;
  });
  return { front, counts };
}

function count(rows: Int32Array, counts: Uint32Array): void {
  for (let n = 0; n < rows.length; n++) counts[rows[n]]++;
}

function align64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
