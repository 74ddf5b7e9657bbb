/*
 * The host's side of the JSON kernels: lines of text in a scan's memory, the names to find in them, and the rows that come out.
 */
import { Cells } from "./cells.js";
import { encodeTree, longestName, type NameNode } from "./nametree.js";
import { encodeNeedles, type NeedleSet } from "./needle-image.js";
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
  /** Of these, the ones that were passed over. */
  readonly passed: number;
  /** Of the others, those in which a key that is looked for stood twice in an object. */
  readonly twice: number;
}

/** Lines to pass over: those without a needle. */
export interface Search {
  readonly needles: NeedleSet;
  /** Whether their texts are checked. */
  readonly checked: boolean;
}

const STATE_BYTES = 44;
/** Of the state: up to where lines are known to have no needle. */
const CLEAR = 10;

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
  /** Their image, or 0. */
  readonly #needles: number;
  readonly #checked: boolean;

  /**
   * @param nodes   the names to find, as `nameTree` numbers them
   * @param search  null = every line is walked
   */
  constructor(
    nodes: readonly NameNode[],
    search: Search | null = null,
    memory = new ScanMemory(),
    cells = new Cells(memory, nodes.length),
  ) {
    this.#memory = memory;
    this.#state = memory.allocate(STATE_BYTES);
    this.#scratch = memory.allocate(memory.exports.jsonScratchBytes(longestName(nodes)));
    const image = encodeTree(nodes, 0).length;
    this.#tree = memory.allocate(image);
    memory.bytes.set(encodeTree(nodes, this.#tree), this.#tree);
    this.#checked = search?.checked ?? false;
    this.#needles = search === null ? 0 : memory.allocate(encodeNeedles(search.needles, 0).length);
    if (search !== null) memory.bytes.set(encodeNeedles(search.needles, this.#needles), this.#needles);
    this.cells = cells;
    this.input = new ScanInput(memory);
  }

  /**
   * Scans whole lines.
   *
   * @param end      how many of the bytes held: they end with a line feed; they are gone after it
   * @param longest  bytes of the longest line that is taken
   * @param pause    called whenever rows can be read or a line needs the host, once at the end too
   * @param every    walks every line, whatever is searched for
   */
  scan(end: number, longest: number, pause: (at: ScanPause) => void, every = false): void {
    const { exports, words } = this.#memory;
    const { start } = this.input;
    words.set([start, start + end, 0], this.#state / 4);
    words[this.#state / 4 + CLEAR] = 0;
    const search = [every ? 0 : this.#needles, Number(this.#checked)];
    let stop: number;
    do {
      const { address, capacity } = this.cells;
      stop = exports.scanJsonLines(this.#state, this.#tree, this.#scratch, address, capacity, longest, ...search);
      pause({ stop, rows: this.#word(4), lines: this.#word(3), passed: this.#word(8), twice: this.#word(9) });
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
