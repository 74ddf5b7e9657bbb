/*
 * The host's side of the JSON kernels: a memory of its own for lines of text, the names to find in it, and the rows that come out.
 *
 *   memory   state | scratch | tree and names | rows | input:  – | unfinished line | new bytes …
 *
 * The unfinished line is put so that new bytes come to a multiple of 64: copying into shared memory goes byte by byte where source and
 * target are not aligned alike.
 */
import { instantiateSync } from "@assemblyscript/loader";
import { DataError } from "../base/errors.js";
import { loadKernels } from "./module.js";
import { encodeTree, longestName, type NameNode } from "./nametree.js";
import { SHARED_LIMIT } from "./plan.js";

interface Exports extends Record<string, unknown> {
  jsonScratchBytes(nameBytes: number): number;
  jsonSlackBytes(): number;
  scanJsonLines(...args: number[]): number;
}

/** Kinds of values in a cell, as `assembly/jsonfields.ts` writes them. */
export const CellKind = { absent: 0, null: 1, true: 2, false: 3, number: 4, text: 5, object: 6, array: 7 } as const;

/** Why a scan paused: its rows are full, or the line last begun needs the host. */
export const ScanStop = { done: 0, rowsFull: 1, badLine: 2, longLine: 3, badRecord: 4 } as const;

/** A pause of a scan. Rows are to be taken before it goes on. */
export interface ScanPause {
  /** One of ScanStop. */
  readonly stop: number;
  /** Rows that can be read. */
  readonly rows: number;
  /** Lines begun since the last pause. */
  readonly lines: number;
}

const PAGE = 65_536;
const MASK = 0xff;
const ESCAPED = 0x100;
const NOT_ASCII = 0x200;
/** Where the state lies, in bytes and words. */
const STATE = 64;
const STATE_BYTES = 32;
const WORDS = STATE / 4;
/** Rows are taken in batches of about this many bytes, which stay in a near cache. */
const ROW_BYTES = 128 * 1024;

const align = (bytes: number) => Math.ceil(bytes / 64) * 64;

/**
 * Lines of JSON in a memory of their own, scanned for the values of some names.
 *
 * Bytes are appended, then all whole lines are scanned in one go; what follows the last line feed stays for the next.
 */
export class JsonLines {
  readonly #exports: Exports;
  readonly #memory: WebAssembly.Memory;
  readonly #tree: number;
  readonly #scratch: number;
  readonly #rows: number;
  readonly #capacity: number;
  /** Words of a row. */
  readonly #stride: number;
  readonly #input: number;
  readonly #slack: number;
  #bytes: Buffer;
  #words: Uint32Array;
  /** Where the bytes held start. */
  #start: number;
  #length = 0;

  /** @param nodes  the names to find, as `nameTree` numbers them */
  constructor(nodes: readonly NameNode[]) {
    const { module } = loadKernels();
    this.#memory = newMemory();
    this.#exports = instantiateSync<Exports>(module, { env: { memory: this.#memory } }).exports;
    this.#slack = this.#exports.jsonSlackBytes();
    this.#scratch = STATE + align(STATE_BYTES);
    this.#tree = this.#scratch + align(this.#exports.jsonScratchBytes(longestName(nodes)));
    const image = encodeTree(nodes, this.#tree);
    this.#rows = this.#tree + align(image.length);
    this.#stride = 4 * (nodes.length - 1);
    this.#capacity = Math.max(1, Math.floor(ROW_BYTES / (4 * this.#stride)));
    this.#input = this.#rows + align(this.#capacity * 4 * this.#stride);
    this.#start = this.#input;
    [this.#bytes, this.#words] = this.#views();
    this.#reserve(0);
    this.#bytes.set(image, this.#tree);
  }

  /** The bytes that are held and not yet scanned; valid until the next call that changes them. */
  held(): Buffer {
    return this.#bytes.subarray(this.#start, this.#start + this.#length);
  }

  /** @throws DataError  when there is no memory for so long a line */
  append(bytes: Uint8Array): void {
    this.#reserve(this.#length + bytes.length);
    this.#bytes.set(bytes, this.#start + this.#length);
    this.#length += bytes.length;
  }

  /** Forgets the bytes that are held. */
  clear(): void {
    this.#start = this.#input;
    this.#length = 0;
  }

  /**
   * Scans whole lines.
   *
   * @param end      how many of the bytes held: they end with a line feed; they are gone after it
   * @param longest  bytes of the longest line that is taken
   * @param pause    called whenever rows can be read or a line needs the host, once at the end too
   */
  scan(end: number, longest: number, pause: (at: ScanPause) => void): void {
    this.#words[WORDS] = this.#start;
    this.#words[WORDS + 1] = this.#start + end;
    this.#words[WORDS + 2] = 0;
    let stop: number;
    do {
      stop = this.#exports.scanJsonLines(STATE, this.#tree, this.#scratch, this.#rows, this.#capacity, longest);
      pause({ stop, rows: this.#words[WORDS + 4], lines: this.#words[WORDS + 3] });
    } while (stop !== ScanStop.done);
    const rest = this.#start + end;
    this.#length -= end;
    this.#start = this.#input + align(this.#length) - this.#length;
    this.#reserve(this.#length);
    this.#bytes.copyWithin(this.#start, rest, rest + this.#length);
  }

  /** The line last begun, as a range of the bytes held, without its line feed. */
  get line(): { start: number; end: number } {
    return { start: this.#words[WORDS + 5] - this.#start, end: this.#words[WORDS + 6] - this.#start };
  }

  /** The kind of the record that is none. */
  get badRecord(): number {
    return this.#words[WORDS + 7];
  }

  /** The kind of a value: one of CellKind. */
  kind(row: number, node: number): number {
    return this.#words[this.#cell(row, node)] & MASK;
  }

  /** The number or text of a cell of that kind, as JSON.parse gives it. */
  number(row: number, node: number): number {
    const cell = this.#cell(row, node);
    const start = this.#words[cell + 1];
    const length = this.#words[cell + 2];
    if (length > 9) return Number(this.#bytes.toString("latin1", start, start + length));
    let sum = 0;
    for (let at = start; at < start + length; at++) {
      const digit = this.#bytes[at] - 48;
      if (digit < 0 || digit > 9) return Number(this.#bytes.toString("latin1", start, start + length));
      sum = sum * 10 + digit;
    }
    return sum;
  }

  text(row: number, node: number): string {
    const cell = this.#cell(row, node);
    const kind = this.#words[cell];
    const start = this.#words[cell + 1];
    const end = start + this.#words[cell + 2];
    if ((kind & ESCAPED) !== 0) return JSON.parse(this.#bytes.toString("utf8", start - 1, end + 1));
    return (kind & NOT_ASCII) === 0
      ? this.#bytes.toString("latin1", start, end)
      : this.#bytes.toString("utf8", start, end);
  }

  #cell(row: number, node: number): number {
    return this.#rows / 4 + row * this.#stride + 4 * (node - 1);
  }

  /** Makes room for that much input, doubling, so that appending is linear. */
  #reserve(length: number): void {
    const needed = this.#start + length + this.#slack;
    const has = this.#memory.buffer.byteLength;
    if (needed <= has) return;
    const bytes = Math.min(SHARED_LIMIT, Math.max(needed, has * 2));
    try {
      this.#memory.grow(Math.ceil((bytes - has) / PAGE));
    } catch (cause) {
      throw new DataError(`cannot hold a line of ${length.toLocaleString("en-US")} bytes in memory`, {
        hint: "Give a smaller limit to the length of lines.",
        cause,
      });
    }
    [this.#bytes, this.#words] = this.#views();
  }

  #views(): [Buffer, Uint32Array] {
    const { buffer } = this.#memory;
    return [Buffer.from(buffer), new Uint32Array(buffer)];
  }
}

function newMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: SHARED_LIMIT / PAGE, shared: true });
  } catch (cause) {
    throw new DataError("cannot allocate memory for lines of text", {
      hint: "Raise the limit of the process's address space.",
      cause,
    });
  }
}
