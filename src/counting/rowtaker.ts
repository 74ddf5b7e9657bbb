/*
 * The host's side of taking rows of cells: the kernels decide and count them, and ask where they cannot.
 */
import type { Cells } from "../wasm/cells.js";
import type { ScanMemory } from "../wasm/scan-memory.js";
import type { ScanCounter } from "./counter.js";
import { encodeProgram, type FieldNodes, type ProgramOptions, type RowProgram } from "./rowprogram.js";

/** What became of rows, in the order in which the kernels tally it. */
export const outcomes = [
  "counted",
  "weighted",
  "noTime",
  "notSelected",
  "outsideTime",
  "noUser",
  "noResource",
  "badField",
  "badWeight",
  "allowListed",
] as const;

export type Outcome = (typeof outcomes)[number];

/** Who answers what the kernels cannot. */
export interface RowHost {
  /** Decides and counts a row. */
  take(row: number): void;
  /** Whether a user is on the allow-list. */
  allows(user: string): boolean;
  /** Makes room in the counter. */
  full(): void;
  /** Rows became this, so many of them. */
  tally(what: Outcome, rows: number): void;
  /** Days of counted rows, the first and the last. */
  days(first: number, last: number): void;
  /** Whether a row with a weight of a column was counted before. */
  readonly weighted: boolean;
}

const Stop = { done: 0, hostRow: 1, newUser: 2, full: 3 } as const;
/** Words of a taker's state. */
const Word = { next: 3, user: 4, weighted: 8, firstDay: 9, lastDay: 10, tallies: 16 } as const;
const NO_DAY = -0x8000_0000;

/** Takes rows of cells by a program. */
export class RowTaker {
  readonly #memory: ScanMemory;
  readonly #counter: ScanCounter;
  readonly #cells: Cells;
  readonly #taker: number;

  constructor(
    memory: ScanMemory,
    counter: ScanCounter,
    cells: Cells,
    rules: RowProgram,
    nodes: readonly FieldNodes[],
    options: ProgramOptions,
  ) {
    this.#memory = memory;
    this.#counter = counter;
    this.#cells = cells;
    const program = memory.allocate(encodeProgram(rules, nodes, options, 0).length);
    memory.bytes.set(encodeProgram(rules, nodes, options, program), program);
    const bytes = memory.exports.takerBytes();
    this.#taker = memory.allocate(bytes);
    memory.bytes.fill(0, this.#taker, this.#taker + bytes);
    memory.words.set([counter.address, program, cells.rowBytes], this.#taker / 4);
  }

  /** Takes the first rows of the cells. */
  take(rows: number, host: RowHost): void {
    const at = this.#taker / 4;
    const { exports } = this.#memory;
    this.#set(Word.next, 0);
    this.#set(Word.weighted, host.weighted ? 1 : 0);
    this.#set(Word.firstDay, NO_DAY);
    this.#set(Word.lastDay, NO_DAY);
    for (;;) {
      const stop = exports.takeRows(this.#taker, this.#cells.address, rows);
      if (stop === Stop.done) break;
      const next = this.#memory.words[at + Word.next];
      if (stop === Stop.hostRow) {
        host.take(next);
        this.#set(Word.next, next + 1);
        if (host.weighted) this.#set(Word.weighted, 1);
      } else if (stop === Stop.newUser) {
        const user = this.#memory.words[at + Word.user];
        this.#counter.setAllowed(user, host.allows(this.#counter.name(user)));
      } else host.full();
    }
    this.#tell(host);
  }

  #tell(host: RowHost): void {
    const { words } = this.#memory;
    const at = this.#taker / 4;
    for (const [n, what] of outcomes.entries()) {
      const count = words[at + Word.tallies + n];
      if (count > 0) host.tally(what, count);
    }
    words.fill(0, at + Word.tallies, at + Word.tallies + outcomes.length);
    const first = words[at + Word.firstDay] | 0;
    if (first !== NO_DAY) host.days(first, words[at + Word.lastDay] | 0);
  }

  #set(word: number, value: number): void {
    this.#memory.words[this.#taker / 4 + word] = value;
  }
}
