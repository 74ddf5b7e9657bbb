/*
 * The host's side of the CSV kernel: records of text in a scan's memory, the columns to find in them, and the rows that come out.
 */
import { Cells } from "./cells.js";
import { ScanInput } from "./scan-input.js";
import { ScanMemory } from "./scan-memory.js";

/** Why a scan paused: its rows are full, or the record last cut needs the host. */
export const CsvStop = { done: 0, rowsFull: 1, header: 2, badWidth: 3, badText: 4, longRecord: 5 } as const;

/** A pause of a scan. Rows are to be taken before it goes on. */
export interface CsvPause {
  /** One of CsvStop. */
  readonly stop: number;
  /** Rows that can be read. */
  readonly rows: number;
  /** Line ends passed since the last pause, without the one that ends a record that needs the host. */
  readonly lines: number;
  /** Fields of a record that needs the host. */
  readonly fields: number;
}

/** A column that is asked for, from 0, and the node whose cell it fills. */
export interface AskedColumn {
  readonly column: number;
  readonly node: number;
}

/** Where the kernel finds what is asked for and puts rows: addresses, and counts of rows and of cells in one. */
interface Target {
  readonly asked: number;
  readonly spare: number;
  readonly rows: number;
  readonly capacity: number;
  readonly width: number;
}

const STATE_WORDS = 13;
const CELL_BYTES = 16;
const END_OF_ASKED = 0xffff_ffff;

/** Bytes of a list of columns, so that cells can follow it. */
const askedBytes = (columns: number) => Math.ceil((8 * columns + 4) / CELL_BYTES) * CELL_BYTES;

/**
 * Records of CSV, scanned for some columns.
 *
 * Bytes are appended to the input and scanned in one go. The bytes of an unfinished record stay, with how far it was searched.
 *
 *   open -> scan … pause: header -> askNames -> pause: 1 row -> names, ask -> pause: rows …
 */
export class CsvRecords {
  readonly input: ScanInput;
  /** The rows, once columns were asked for. */
  readonly cells: Cells;
  readonly #memory: ScanMemory;
  readonly #state: number;
  readonly #columns: Target;
  #names: (Target & { readonly bytes: number }) | undefined;
  #target: Target;

  /** @param nodes  of the tree of names, with its root */
  constructor(nodes: number, memory = new ScanMemory(), cells = new Cells(memory, nodes)) {
    const width = nodes - 1;
    this.#memory = memory;
    this.#state = memory.allocate(4 * STATE_WORDS);
    this.cells = cells;
    const asked = memory.allocate(askedBytes(width) + CELL_BYTES * width);
    const { address, capacity } = this.cells;
    this.#columns = { asked, spare: asked + askedBytes(width), rows: address, capacity, width };
    this.#target = this.#columns;
    this.input = new ScanInput(memory);
    this.open();
  }

  /** Forgets everything, for another file. */
  open(): void {
    this.#forgetNames();
    this.input.clear();
    this.#words.fill(0, 0, STATE_WORDS);
    this.ask([]);
  }

  /**
   * Asks for all fields of the first record that has text in UTF-8: the next row is theirs.
   *
   * @param fields  that records have
   * @returns false where there is no memory for so many
   */
  askNames(fields: number): boolean {
    const bytes = askedBytes(fields) + 2 * CELL_BYTES * fields;
    const asked = this.#memory.allocate(bytes);
    if (asked === 0) return false;
    const rows = asked + askedBytes(fields);
    this.#names = { asked, rows, spare: rows + CELL_BYTES * fields, capacity: 1, width: fields, bytes };
    this.#target = this.#names;
    this.#words[2] = fields;
    this.#list(Array.from({ length: fields }, (_, column) => ({ column, node: column + 1 })));
    return true;
  }

  /** The texts of the row that was asked for by `askNames`. */
  names(): string[] {
    const { bytes, words } = this.#memory;
    const { rows, width } = this.#target;
    return Array.from({ length: width }, (_, field) => {
      const cell = (rows + CELL_BYTES * field) / 4;
      return bytes.toString("utf8", words[cell + 1], words[cell + 1] + words[cell + 2]);
    });
  }

  /** @param asked  what is found in the records that follow: in ascending order, each column and each node once */
  ask(asked: readonly AskedColumn[]): void {
    this.#forgetNames();
    this.#target = this.#columns;
    const { rows, capacity, width } = this.#columns;
    this.#memory.words.fill(0, rows / 4, (rows + capacity * width * CELL_BYTES) / 4);
    this.#list(asked);
  }

  /**
   * Scans the bytes held; those of records that end are gone after it.
   *
   * @param longest  bytes of the longest record that is taken
   * @param pause    called whenever rows can be read or a record needs the host, once at the end too
   */
  scan(longest: number, pause: (at: CsvPause) => void): void {
    const { start, length } = this.input;
    this.#words.set([start, start + length]);
    let stop: number;
    do {
      const { asked, rows, spare, capacity, width } = this.#target;
      const { scanCsvRecords } = this.#memory.exports;
      stop = scanCsvRecords(this.#state, asked, rows, spare, capacity, width, longest);
      const state = this.#words;
      pause({ stop, rows: state[3], lines: state[4], fields: state[5] });
    } while (stop !== CsvStop.done);
    const ended = this.#words[0] - start;
    if (ended > 0) this.input.drop(ended);
  }

  /** Bytes of the unfinished record that were searched: more than 0 where there is one. */
  get searched(): number {
    return this.#words[6];
  }

  /** Fields that a record must have; 0 where the first is not known. */
  get fields(): number {
    return this.#words[2];
  }

  #list(asked: readonly AskedColumn[]): void {
    const list = asked.flatMap(({ column, node }) => [column, node]);
    this.#memory.words.set([...list, END_OF_ASKED], this.#target.asked / 4);
  }

  #forgetNames(): void {
    if (this.#names !== undefined) this.#memory.release(this.#names.asked, this.#names.bytes);
    this.#names = undefined;
  }

  get #words(): Uint32Array {
    return this.#memory.words.subarray(this.#state / 4, this.#state / 4 + STATE_WORDS);
  }
}
