/*
 * Names on disk: distinct, sorted by their UTF-16 code units, each as what it does not share with the name before it.
 *
 *   record  varint, bytes shared with the name before; varint, bytes that follow; these bytes
 *   block   whole records; the first has all of its bytes, so that a reader can begin at any block
 *
 * Bytes are those of UTF-8 in another alphabet, in which they sort as UTF-16 does: the lead bytes of code points from U+10000 on come
 * before those of U+E000 to U+FFFF. At the first byte in which two well-formed names differ, both are lead bytes or neither is, so that
 * mapping single bytes is enough.
 */
import type { BlockFile } from "./blocks.js";
import { BlockReader, BlockWriter } from "./blocks.js";

/** From UTF-8 to bytes that sort as UTF-16 does, and back. */
export const toSorting = new Uint8Array(256);
export const fromSorting = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const lead = byte >= 0xf0 && byte <= 0xf4;
  const mapped = lead ? byte - 2 : byte === 0xee || byte === 0xef ? byte + 5 : byte;
  toSorting[byte] = mapped;
  fromSorting[mapped] = byte;
}

/** A block is closed when it has so many bytes; one with a long name has more. */
const BLOCK_BYTES = 32_768;
/** Two varints of up to five bytes. */
const RECORD_HEAD_BYTES = 10;
/** Bytes of buffers that a reader or writer holds, beside twice its longest name. */
export const nameBufferBytes = BLOCK_BYTES + 4096;

/** Writes names in ascending order. */
export class NameWriter {
  /** Bytes of all names, and of the longest. */
  total = 0;
  longest = 0;
  readonly #blocks: BlockWriter;
  #fill = 0;
  #items = 0;

  constructor(path: string) {
    this.#blocks = new BlockWriter(path, "names", BLOCK_BYTES + 1024);
  }

  /**
   * @param name    sorting bytes, of which `length` count
   * @param shared  how many of them the name before begins with
   */
  add(name: Uint8Array, length: number, shared: number): void {
    if (this.#fill >= BLOCK_BYTES) this.#flush();
    const from = this.#fill === 0 ? 0 : shared;
    this.#blocks.reserve(this.#fill + RECORD_HEAD_BYTES + length - from);
    this.#varint(shared);
    this.#varint(length - from);
    const { payload } = this.#blocks;
    let at = this.#fill;
    for (let n = from; n < length; n++) payload[at++] = name[n];
    this.#fill = at;
    this.#items++;
    this.total += length;
    if (length > this.longest) this.longest = length;
  }

  finish(): BlockFile {
    if (this.#items > 0) this.#flush();
    return this.#blocks.finish();
  }

  close(): void {
    this.#blocks.close();
  }

  #flush(): void {
    this.#blocks.write(this.#fill, this.#items);
    this.#fill = 0;
    this.#items = 0;
  }

  #varint(value: number): void {
    const { payload } = this.#blocks;
    let rest = value;
    while (rest >= 0x80) {
      payload[this.#fill++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    payload[this.#fill++] = rest;
  }
}

/** Reads names one after the other. Close it. */
export class NameReader {
  /** Sorting bytes of the name, `length` of them; `shared` are those of the name before it. */
  name: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  length = 0;
  shared = 0;
  readonly #blocks: BlockReader;
  #at = 0;
  #left = 0;

  constructor(file: BlockFile) {
    this.#blocks = new BlockReader(file);
  }

  /** Goes to the next name. @returns whether there was one */
  next(): boolean {
    const first = this.#left === 0;
    if (first) {
      if (!this.#blocks.next()) return false;
      this.#left = this.#blocks.items;
      this.#at = 0;
    }
    this.shared = this.#varint();
    const rest = this.#varint();
    const from = first ? 0 : this.shared;
    const length = from + rest;
    if (length > this.name.length) this.#grow(length);
    const { name } = this;
    const { payload } = this.#blocks;
    let at = this.#at;
    for (let n = from; n < length; n++) name[n] = payload[at++];
    this.#at = at;
    this.length = length;
    this.#left--;
    return true;
  }

  /** How many names the block has that comes next; null in the middle of one. */
  get blockAhead(): number | null {
    return this.#left === 0 ? this.#blocks.nextItems : null;
  }

  /** Passes over the block that comes next. */
  skipBlock(): void {
    this.#blocks.skip();
  }

  close(): void {
    this.#blocks.close();
  }

  #varint(): number {
    const { payload } = this.#blocks;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = payload[this.#at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.name.length));
    larger.set(this.name);
    this.name = larger;
  }
}
