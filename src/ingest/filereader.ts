import { closeSync, openSync, readSync } from "node:fs";
import { type ByteRange, wholeFile } from "./ranges.js";

const NEWLINE = 10;

/** Read at a time in search of a line feed. */
const searchBytes = 64 * 1024;

/** Gives bytes, from front to back, into memory of the caller. */
export interface ByteReader {
  /** Byte offset of the first byte that it gives. */
  readonly start: number;
  /**
   * Gives the next bytes.
   *
   * @param into  where they go, from its start; what is behind them may be written over
   * @returns how many; 0 at the end and after it
   */
  read(into: Uint8Array): number;
  close(): void;
}

/**
 * Reads a local file, or the lines that a range of it owns, from front to back into memory of the caller. A read waits for the disk and
 * for nobody else, so it is not for named pipes.
 *
 * Errors are those of the file system, with `code` and `syscall`.
 */
export class FileReader implements ByteReader {
  readonly start: number;
  readonly #file: number;
  readonly #to: number;
  #at: number;
  /** One past the last byte that is owned, once known. */
  #end = Number.POSITIVE_INFINITY;

  constructor(path: string, { from, to, aligned }: ByteRange = wholeFile) {
    this.#file = openSync(path, "r");
    this.#to = to;
    this.#at = from;
    try {
      if (!aligned) this.#align(from - 1);
    } catch (error) {
      this.close();
      throw error;
    }
    this.start = this.#at;
  }

  /** Whether the file starts with gzip's magic bytes. */
  get packed(): boolean {
    const head = Buffer.alloc(2);
    return readSync(this.#file, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b;
  }

  read(into: Uint8Array): number {
    const last = this.#to - 1;
    if (this.#at < last) {
      const count = this.#read(into, Math.min(into.length, last - this.#at));
      this.#at += count;
      return count;
    }
    if (this.#at >= this.#end) return 0;
    // From the range's last byte on, its line is followed to its end.
    const count = this.#read(into, Math.min(into.length, searchBytes));
    const end = into.subarray(0, count).indexOf(NEWLINE) + 1;
    this.#at += end > 0 ? end : count;
    if (end > 0) this.#end = this.#at;
    return end > 0 ? end : count;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Goes behind the first line feed from an offset on; where there is none before the range's last byte, no line is owned. */
  #align(offset: number): void {
    const buffer = Buffer.allocUnsafe(searchBytes);
    for (let at = offset; at < this.#to - 1; ) {
      const count = readSync(this.#file, buffer, 0, Math.min(searchBytes, this.#to - 1 - at), at);
      if (count === 0) break;
      const end = buffer.subarray(0, count).indexOf(NEWLINE) + 1;
      if (end > 0) {
        this.#at = at + end;
        return;
      }
      at += count;
    }
    this.#at = this.#to;
    this.#end = this.#to;
  }

  #read(into: Uint8Array, length: number): number {
    return readSync(this.#file, into, 0, length, this.#at);
  }
}
