/*
 * The host's side of the JSON kernels: lines of text in a scan's memory, the names to find in them, and the rows that come out.
 */
import { Cells } from "./cells.js";
import { encodeTree, longestName, type NameNode } from "./nametree.js";
import { ScanInput } from "./scan-input.js";
import { ScanMemory } from "./scan-memory.js";

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

const STATE_BYTES = 32;

/**
 * Lines of JSON, scanned for the values of some names.
 *
 * Bytes are appended to the input, then all whole lines are scanned in one go; what follows the last line feed stays for the next.
 */
export class JsonLines {
  readonly input: ScanInput;
  readonly cells: Cells;
  readonly #memory: ScanMemory;
  readonly #state: number;
  readonly #scratch: number;
  readonly #tree: number;

  /** @param nodes  the names to find, as `nameTree` numbers them */
  constructor(nodes: readonly NameNode[], memory = new ScanMemory(), cells = new Cells(memory, nodes.length)) {
    this.#memory = memory;
    this.#state = memory.allocate(STATE_BYTES);
    this.#scratch = memory.allocate(memory.exports.jsonScratchBytes(longestName(nodes)));
    const image = encodeTree(nodes, 0).length;
    this.#tree = memory.allocate(image);
    memory.bytes.set(encodeTree(nodes, this.#tree), this.#tree);
    this.cells = cells;
    this.input = new ScanInput(memory);
  }

  /**
   * Scans whole lines.
   *
   * @param end      how many of the bytes held: they end with a line feed; they are gone after it
   * @param longest  bytes of the longest line that is taken
   * @param pause    called whenever rows can be read or a line needs the host, once at the end too
   */
  scan(end: number, longest: number, pause: (at: ScanPause) => void): void {
    const { exports, words } = this.#memory;
    const { start } = this.input;
    words.set([start, start + end, 0], this.#state / 4);
    let stop: number;
    do {
      const { address, capacity } = this.cells;
      stop = exports.scanJsonLines(this.#state, this.#tree, this.#scratch, address, capacity, longest);
      pause({ stop, rows: this.#word(4), lines: this.#word(3) });
    } while (stop !== ScanStop.done);
    this.input.drop(end);
  }

  /** The line last begun, as a range of the bytes held, without its line feed. */
  get line(): { start: number; end: number } {
    return { start: this.#word(5) - this.input.start, end: this.#word(6) - this.input.start };
  }

  /** The kind of the record that is none. */
  get badRecord(): number {
    return this.#word(7);
  }

  #word(at: number): number {
    return this.#memory.words[this.#state / 4 + at];
  }
}
