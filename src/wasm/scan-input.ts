import { DataError } from "../base/errors.js";
import type { ScanMemory } from "./scan-memory.js";

const LEAST = 65_536;

const align = (bytes: number) => Math.ceil(bytes / 64) * 64;

/**
 * Bytes of a text on their way through a scanner: new ones are appended, what was scanned is dropped from the front.
 *
 *   block   – | unfinished line | new bytes … | slack
 *
 * The unfinished line is put so that new bytes come to a multiple of 64: copying into shared memory goes byte by byte where source and
 * target are not aligned alike.
 */
export class ScanInput {
  readonly #memory: ScanMemory;
  readonly #slack: number;
  #block = 0;
  #size = 0;
  /** Where the bytes held start. */
  #start = 0;
  #length = 0;

  constructor(memory: ScanMemory) {
    this.#memory = memory;
    this.#slack = memory.exports.jsonSlackBytes();
    this.#reserve(0, LEAST - 64 - this.#slack);
  }

  /** The address of the bytes held. */
  get start(): number {
    return this.#start;
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes held; valid until the next call that changes them. */
  held(): Buffer {
    return this.#memory.bytes.subarray(this.#start, this.#start + this.#length);
  }

  /** @throws DataError  when there is no memory for so long a line */
  append(bytes: Uint8Array): void {
    const end = this.room(bytes.length);
    this.#memory.bytes.set(bytes, end);
    this.#length += bytes.length;
  }

  /**
   * Makes room for that many new bytes.
   *
   * @returns their address: where a caller may write them, before it says `wrote`
   * @throws DataError  when there is no memory for so long a line
   */
  room(bytes: number): number {
    this.#reserve(this.#length, bytes);
    return this.#start + this.#length;
  }

  /** That many bytes were written to the room. */
  wrote(bytes: number): void {
    this.#length += bytes;
  }

  /**
   * Appends bytes that are written in place.
   *
   * @param most  how many bytes there is to be room for
   * @param read  writes to the start of the room, which is valid until it returns, and says how many bytes it wrote
   * @returns what `read` returned
   * @throws DataError  when there is no memory for so long a line
   */
  fill(most: number, read: (into: Uint8Array) => number): number {
    const at = this.room(most);
    const count = read(this.#memory.bytes.subarray(at, at + most));
    this.wrote(count);
    return count;
  }

  /** Drops bytes from the front. */
  drop(count: number): void {
    const rest = this.#start + count;
    this.#length -= count;
    this.#start = this.#block + align(this.#length) - this.#length;
    this.#memory.bytes.copyWithin(this.#start, rest, rest + this.#length);
  }

  /** Forgets all bytes. */
  clear(): void {
    this.#start = this.#block;
    this.#length = 0;
  }

  /** Makes room behind the bytes held, doubling, so that appending is linear. */
  #reserve(length: number, more: number): void {
    const needed = align(length) + more + this.#slack;
    if (this.#block !== 0 && this.#start - this.#block + length + more + this.#slack <= this.#size) return;
    const size = Math.max(LEAST, needed);
    const block = this.#memory.allocateBeyond(size);
    if (block === 0)
      throw new DataError(`cannot hold a line of ${(length + more).toLocaleString("en-US")} bytes in memory`, {
        hint: "Give a smaller limit to the length of lines.",
      });
    const start = block + align(length) - length;
    this.#memory.bytes.copyWithin(start, this.#start, this.#start + length);
    if (this.#block !== 0) this.#memory.release(this.#block, this.#size);
    this.#block = block;
    this.#size = this.#memory.exports.blockBytes(size);
    this.#start = start;
  }
}
