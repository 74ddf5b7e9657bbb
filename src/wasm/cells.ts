import type { ScanMemory } from "./scan-memory.js";

/** Kinds of values in a cell, as `assembly/jsonfields.ts` writes them. */
export const CellKind = { absent: 0, null: 1, true: 2, false: 3, number: 4, text: 5, object: 6, array: 7 } as const;

const MASK = 0xff;
const ESCAPED = 0x100;
const NOT_ASCII = 0x200;
/** Rows are taken in batches of about this many bytes, which stay in a near cache. */
const ROW_BYTES = 128 * 1024;

/**
 * Rows of cells in a scan's memory: what scanners find of each record, one cell for each node of a tree of names without its root.
 *
 *   cell   u32[4]  [kind | flags, address, bytes, 0]
 */
export class Cells {
  /** The address of the first row. */
  readonly address: number;
  readonly rowBytes: number;
  /** Rows that have room. */
  readonly capacity: number;
  readonly #memory: ScanMemory;
  /** Words of a row. */
  readonly #stride: number;

  /** @param nodes  of the tree, with its root */
  constructor(memory: ScanMemory, nodes: number) {
    this.#memory = memory;
    this.#stride = 4 * (nodes - 1);
    this.rowBytes = 4 * this.#stride;
    this.capacity = Math.max(1, Math.floor(ROW_BYTES / this.rowBytes));
    this.address = memory.allocate(this.capacity * this.rowBytes);
  }

  /** The kind of a value: one of CellKind. */
  kind(row: number, node: number): number {
    return this.#memory.words[this.#cell(row, node)] & MASK;
  }

  /** The number of a cell of that kind if it is up to nine digits and nothing else, or -1. */
  digits(row: number, node: number): number {
    const { bytes, words } = this.#memory;
    const cell = this.#cell(row, node);
    const start = words[cell + 1];
    const length = words[cell + 2];
    if (length > 9) return -1;
    let sum = 0;
    for (let at = start; at < start + length; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) return -1;
      sum = sum * 10 + digit;
    }
    return sum;
  }

  /** A number as it is written. */
  literal(row: number, node: number): string {
    const { bytes, words } = this.#memory;
    const cell = this.#cell(row, node);
    return bytes.toString("latin1", words[cell + 1], words[cell + 1] + words[cell + 2]);
  }

  /** The text of a cell of that kind, as JSON.parse gives it. */
  text(row: number, node: number): string {
    const { bytes, words } = this.#memory;
    const cell = this.#cell(row, node);
    const kind = words[cell];
    const start = words[cell + 1];
    const end = start + words[cell + 2];
    if ((kind & ESCAPED) !== 0) return JSON.parse(bytes.toString("utf8", start - 1, end + 1));
    return (kind & NOT_ASCII) === 0 ? bytes.toString("latin1", start, end) : bytes.toString("utf8", start, end);
  }

  #cell(row: number, node: number): number {
    return this.address / 4 + row * this.#stride + 4 * (node - 1);
  }
}
