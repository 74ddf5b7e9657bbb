/*
 * A file of checksummed blocks, written one after the other and read in that order.
 *
 *   head    64 bytes   magic, version, kind, bytes of the file, items, blocks, CRC-32 of the head
 *   blocks  24 bytes   bytes and items of the payload, number of the block, CRC-32 of the payload, CRC-32 of these; then the payload
 *
 * All numbers are little-endian. The head is written last, so that a file that was not finished is known by its missing magic.
 */
import { closeSync, fstatSync, openSync, rmSync } from "node:fs";
import { crc32 } from "node:zlib";
import { DataError } from "../base/errors.js";
import { create } from "../store/buckets.js";
import { diskError, type OpenFile, readAll, writeAll } from "../store/disk.js";

/** What the items of a file are. */
export type Kind = "names" | "rows" | "records" | "ids";

/** A finished file: plain data, which crosses threads. */
export interface BlockFile {
  readonly path: string;
  readonly kind: Kind;
  readonly items: number;
  readonly bytes: number;
}

const MAGIC = "BYOMLRUN";
const VERSION = 1;
const HEAD_BYTES = 64;
const CRC_AT = 40;
const BLOCK_HEAD_BYTES = 24;
const BLOCK_CRC_AT = 16;
const kinds: readonly Kind[] = ["names", "rows", "records", "ids"];

/** Writes a file of blocks. `finish` or `abandon` it. */
export class BlockWriter {
  readonly #kind: Kind;
  readonly #file: OpenFile;
  /** Head and payload of a block, so that they are one write. */
  #block: Uint8Array<ArrayBuffer>;
  /** Room for the payload of the next block, 8-byte aligned. */
  payload: Uint8Array<ArrayBuffer>;
  #bytes = HEAD_BYTES;
  #items = 0;
  #blocks = 0;
  #open = true;

  /** @throws ByomlError where the file cannot be made; one that is there is never written over */
  constructor(path: string, kind: Kind, capacity: number) {
    this.#kind = kind;
    this.#block = new Uint8Array(BLOCK_HEAD_BYTES + capacity);
    this.payload = this.#block.subarray(BLOCK_HEAD_BYTES);
    this.#file = create(path);
  }

  /** Makes room for a longer payload; what is in it stays. */
  reserve(bytes: number): void {
    if (bytes <= this.payload.length) return;
    const larger = new Uint8Array(BLOCK_HEAD_BYTES + Math.max(bytes, 2 * this.payload.length));
    larger.set(this.#block);
    this.#block = larger;
    this.payload = larger.subarray(BLOCK_HEAD_BYTES);
  }

  /** Writes the first `bytes` of the payload as a block of so many items. */
  write(bytes: number, items: number): void {
    const head = new DataView(this.#block.buffer);
    head.setUint32(0, bytes, true);
    head.setUint32(4, items, true);
    head.setUint32(8, this.#blocks, true);
    head.setUint32(12, crc32(this.payload.subarray(0, bytes)), true);
    head.setUint32(BLOCK_CRC_AT, crc32(this.#block.subarray(0, BLOCK_CRC_AT)), true);
    writeAll(this.#file, this.#block.subarray(0, BLOCK_HEAD_BYTES + bytes), this.#bytes);
    this.#bytes += BLOCK_HEAD_BYTES + bytes;
    this.#items += items;
    this.#blocks++;
  }

  finish(): BlockFile {
    const head = new Uint8Array(HEAD_BYTES);
    const view = new DataView(head.buffer);
    head.set(new TextEncoder().encode(MAGIC));
    view.setUint32(8, VERSION, true);
    view.setUint32(12, kinds.indexOf(this.#kind), true);
    view.setBigUint64(16, BigInt(this.#bytes), true);
    view.setBigUint64(24, BigInt(this.#items), true);
    view.setBigUint64(32, BigInt(this.#blocks), true);
    view.setUint32(CRC_AT, crc32(head), true);
    writeAll(this.#file, head, 0);
    this.close();
    return { path: this.#file.path, kind: this.#kind, items: this.#items, bytes: this.#bytes };
  }

  /** Closes the file; it does nothing after `finish`. The caller removes what was not finished, with its folder. */
  close(): void {
    if (this.#open) closeSync(this.#file.fd);
    this.#open = false;
  }
}

/** Reads a file of blocks from its start. Close it. */
export class BlockReader {
  /** The payload of the block that was read, 8-byte aligned; the next one takes its place. */
  payload: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Items of the block that was read or skipped. */
  items = 0;
  /** Items of the next block; 0 at the end. */
  nextItems = 0;
  readonly #file: OpenFile;
  readonly #end: number;
  readonly #blocks: number;
  /** The payload, and the head of the block after it, so that they are one read. */
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #head = new Uint8Array(BLOCK_HEAD_BYTES);
  #at = HEAD_BYTES;
  #number = 0;
  #open = true;

  /** @throws DataError where the file is not whole, or not the one that was written */
  constructor({ path, kind, items, bytes }: BlockFile) {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch (cause) {
      throw diskError(`cannot open ${path}`, cause);
    }
    this.#file = { fd, path };
    try {
      const head = new Uint8Array(HEAD_BYTES);
      const { size } = fstatSync(fd);
      if (size < HEAD_BYTES) throw this.#wrong("is too short, or was not finished");
      readAll(this.#file, head, 0);
      if (new TextDecoder().decode(head.subarray(0, 8)) !== MAGIC) throw this.#wrong("was not finished");
      const view = new DataView(head.buffer);
      const crc = view.getUint32(CRC_AT, true);
      view.setUint32(CRC_AT, 0, true);
      if (crc32(head) !== crc) throw this.#wrong("the checksum of its head is wrong");
      const version = view.getUint32(8, true);
      if (version !== VERSION) throw this.#wrong(`has version ${version} of the format, this byoml reads ${VERSION}`);
      const found = { kind: kinds[view.getUint32(12, true)], bytes: long(view, 16), items: long(view, 24) };
      if (found.kind !== kind || found.bytes !== bytes || found.items !== items)
        throw this.#wrong(
          `expected ${items} ${kind} in ${bytes} bytes, its head tells of ${found.items} ${found.kind} in ${found.bytes}`,
        );
      if (size !== bytes) throw this.#wrong(`expected ${bytes} bytes, got ${size}`);
      this.#end = bytes;
      this.#blocks = long(view, 32);
      if (this.#at < this.#end) readAll(this.#file, this.#head, this.#at);
      this.#peek();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Reads the next block.
   *
   * @returns whether there was one
   * @throws DataError where it is damaged or cut off
   */
  next(): boolean {
    if (this.#at >= this.#end) return this.#checkEnd();
    const { bytes, crc } = this.#sizes();
    const start = this.#at + BLOCK_HEAD_BYTES;
    const more = start + bytes < this.#end ? BLOCK_HEAD_BYTES : 0;
    if (this.#buffer.length < bytes + BLOCK_HEAD_BYTES) this.#buffer = new Uint8Array(bytes + BLOCK_HEAD_BYTES);
    readAll(this.#file, this.#buffer.subarray(0, bytes + more), start);
    this.payload = this.#buffer.subarray(0, bytes);
    const found = crc32(this.payload);
    if (found !== crc) throw this.#wrong(`block ${this.#number}: expected checksum ${hex(crc)}, got ${hex(found)}`);
    this.items = this.nextItems;
    this.#head.set(this.#buffer.subarray(bytes, bytes + more));
    this.#at = start + bytes;
    this.#number++;
    this.#peek();
    return true;
  }

  /** Passes over the next block without reading its payload. */
  skip(): void {
    if (this.#at >= this.#end) return;
    this.items = this.nextItems;
    this.#at += BLOCK_HEAD_BYTES + this.#sizes().bytes;
    this.#number++;
    if (this.#at < this.#end) readAll(this.#file, this.#head, this.#at);
    this.#peek();
  }

  close(): void {
    if (this.#open) closeSync(this.#file.fd);
    this.#open = false;
  }

  #sizes(): { bytes: number; crc: number } {
    const view = new DataView(this.#head.buffer);
    return { bytes: view.getUint32(0, true), crc: view.getUint32(12, true) };
  }

  /** Looks at the head of the next block, which was read. */
  #peek(): void {
    this.nextItems = 0;
    if (this.#at >= this.#end) return;
    const view = new DataView(this.#head.buffer);
    const crc = crc32(this.#head.subarray(0, BLOCK_CRC_AT));
    const fits = this.#at + BLOCK_HEAD_BYTES + view.getUint32(0, true) <= this.#end;
    if (view.getUint32(BLOCK_CRC_AT, true) !== crc || view.getUint32(8, true) !== this.#number || !fits)
      throw this.#wrong(`block ${this.#number}: its head is wrong`);
    this.nextItems = view.getUint32(4, true);
  }

  #checkEnd(): false {
    if (this.#number !== this.#blocks)
      throw this.#wrong(`expected ${this.#blocks} blocks, it ends after ${this.#number}`);
    return false;
  }

  #wrong(what: string): DataError {
    return new DataError(`${this.#file.path}: ${what}`, {
      hint: "The file was damaged while it was in use: check the disk and the memory, and run again.",
      details: { file: this.#file.path },
    });
  }
}

/** Removes a file that is needed no more. */
export function removeFile({ path }: BlockFile): void {
  rmSync(path, { force: true });
}

function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
