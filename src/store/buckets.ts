/*
 * Ratings scattered by ranges of rows: the first half of a sort that needs little memory. A bucket is a file that holds the ratings of
 * a range of rows, in the order of the input, as chunks row i32[n] | other i32[n] | rating f32[n] of one length n.
 */
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { diskError, type OpenFile, readAll, writeAll } from "./disk.js";

/** Bytes of a rating in a bucket. */
const RATING_BYTES = 12;
/** Ratings of a chunk: long enough that the system's share of a write is small. */
const MOST_PER_CHUNK = 8192;
/** Fewer would make a system call for every few ratings. */
const LEAST_PER_CHUNK = 64;
/** Files that are open at a time. */
const MOST_BUCKETS = 128;
/** A bucket holds at least 2^8 rows: the unit that is never split. */
const LEAST_SHIFT = 8;

/** The ratings of rows [first, first + 2^shift). */
export interface Bucket {
  first: number;
  shift: number;
  pairs: number;
  chunk: number;
  file: OpenFile;
  /** Its file is closed and gone. */
  removed?: boolean;
}

/** Bytes that scattering needs at least. */
export const leastScatterBytes = MOST_BUCKETS * LEAST_PER_CHUNK * RATING_BYTES;
/** Bytes of scratch beyond which scattering is not faster. */
export const mostScatterBytes = MOST_BUCKETS * MOST_PER_CHUNK * RATING_BYTES;
/** Bytes of the longest chunk. */
export const mostChunkBytes = MOST_PER_CHUNK * RATING_BYTES;

/** Scatters ratings of rows [first, first + rows) into buckets. */
export class Scatter {
  readonly #name: string;
  readonly #folder: string;
  readonly #first: number;
  readonly #shift: number;
  readonly #chunk: number;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  /** Ratings in the chunk of each bucket, ratings in its file, and the file. */
  readonly #fill: Int32Array;
  readonly #written: Float64Array;
  readonly #files: (OpenFile | undefined)[];

  /** @param scratch  at least `leastScatterBytes`, 4-byte aligned, for this alone until `finish` */
  constructor(folder: string, name: string, first: number, rows: number, scratch: Uint8Array) {
    this.#folder = folder;
    this.#name = name;
    this.#first = first;
    let shift = LEAST_SHIFT;
    while (Math.ceil(rows / 2 ** shift) > MOST_BUCKETS) shift++;
    this.#shift = shift;
    const buckets = Math.max(1, Math.ceil(rows / 2 ** shift));
    this.#chunk = Math.min(MOST_PER_CHUNK, Math.floor(scratch.length / RATING_BYTES / buckets));
    const words = 3 * this.#chunk * buckets;
    this.#words = new Int32Array(scratch.buffer, scratch.byteOffset, words);
    this.#floats = new Float32Array(scratch.buffer, scratch.byteOffset, words);
    this.#fill = new Int32Array(buckets);
    this.#written = new Float64Array(buckets);
    this.#files = new Array(buckets);
  }

  /** Adds ratings; keeps nothing of the arrays. */
  add(row: Int32Array, other: Int32Array, rating: Float32Array): void {
    const words = this.#words;
    const floats = this.#floats;
    const fill = this.#fill;
    const chunk = this.#chunk;
    const shift = this.#shift;
    const first = this.#first;
    for (let n = 0; n < row.length; n++) {
      const r = row[n];
      const bucket = (r - first) >>> shift;
      let count = fill[bucket];
      if (count === chunk) {
        this.#flush(bucket);
        count = 0;
      }
      const at = bucket * 3 * chunk + count;
      words[at] = r;
      words[at + chunk] = other[n];
      floats[at + 2 * chunk] = rating[n];
      fill[bucket] = count + 1;
    }
  }

  /** Writes what is left. The buckets that hold anything, in the order of their rows; the caller removes them. */
  finish(): Bucket[] {
    const buckets: Bucket[] = [];
    for (let n = 0; n < this.#fill.length; n++) {
      if (this.#fill[n] > 0) this.#flush(n);
      const file = this.#files[n];
      if (!file) continue;
      const first = this.#first + n * 2 ** this.#shift;
      buckets.push({ first, shift: this.#shift, pairs: this.#written[n], chunk: this.#chunk, file });
    }
    return buckets;
  }

  /** Closes the files of a scatter that is given up. */
  abandon(): void {
    for (const file of this.#files) if (file) closeSync(file.fd);
  }

  /** A chunk is written whole; what is behind the last rating of the last one means nothing. */
  #flush(bucket: number): void {
    let file = this.#files[bucket];
    if (!file) {
      file = create(join(this.#folder, `${this.#name}-${bucket}.bucket`));
      this.#files[bucket] = file;
    }
    const bytes = this.#chunk * RATING_BYTES;
    const { buffer, byteOffset } = this.#words;
    const position = (this.#written[bucket] / this.#chunk) * bytes;
    writeAll(file, new Uint8Array(buffer, byteOffset + bucket * bytes, bytes), position);
    this.#written[bucket] += this.#fill[bucket];
    this.#fill[bucket] = 0;
  }
}

/** Hands over the ratings of a bucket, chunk by chunk. The arrays are used again for the next chunk. */
export function* chunksOf(
  { file, pairs, chunk }: Bucket,
  scratch: Uint8Array,
): Generator<{ row: Int32Array; other: Int32Array; rating: Float32Array }> {
  const { buffer, byteOffset } = scratch;
  const bytes = chunk * RATING_BYTES;
  for (let done = 0; done < pairs; done += chunk) {
    readAll(file, new Uint8Array(buffer, byteOffset, bytes), (done / chunk) * bytes);
    const count = Math.min(chunk, pairs - done);
    yield {
      row: new Int32Array(buffer, byteOffset, count),
      other: new Int32Array(buffer, byteOffset + 4 * chunk, count),
      rating: new Float32Array(buffer, byteOffset + 8 * chunk, count),
    };
  }
}

/** Scatters a bucket's ratings into smaller ones, in the order of the rows, and removes it. */
export function splitBucket(folder: string, bucket: Bucket, scratch: Uint8Array): Bucket[] {
  const name = bucket.file.path.slice(folder.length + 1, -".bucket".length);
  const scatter = new Scatter(folder, name, bucket.first, 2 ** bucket.shift, scratch.subarray(mostChunkBytes));
  try {
    for (const { row, other, rating } of chunksOf(bucket, scratch)) scatter.add(row, other, rating);
    removeBucket(bucket);
    return scatter.finish();
  } catch (error) {
    scatter.abandon();
    throw error;
  }
}

/** Whether a bucket can be split further. */
export function canSplit({ shift }: Bucket): boolean {
  return shift > LEAST_SHIFT;
}

/** Closes and removes a bucket's file, once. */
export function removeBucket(bucket: Bucket): void {
  if (bucket.removed) return;
  bucket.removed = true;
  closeSync(bucket.file.fd);
  rmSync(bucket.file.path, { force: true });
}

/** A new file, for reading and writing. */
export function create(path: string): OpenFile {
  try {
    return { fd: openSync(path, "wx+"), path };
  } catch (cause) {
    throw diskError(`cannot create ${path}`, cause);
  }
}
