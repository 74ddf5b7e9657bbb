import { ScanCounter } from "../counting/counter.js";
import { type RowHost, RowTaker } from "../counting/rowtaker.js";
import { NO_TENANT } from "../interactions/accesses.js";
import { Cells } from "../wasm/cells.js";
import { ScanMemory } from "../wasm/scan-memory.js";
import type { UserMatcher } from "./allowlist.js";
import type { CsvEngine } from "./csv.js";
import type { JsonEngine } from "./json.js";
import { JsonFields, type JsonRow } from "./jsonrow.js";
import type { ReadMode } from "./mode.js";
import type { RowCounter } from "./rows.js";
import { type RowRules, rulesOf } from "./rules.js";
import type { Selection } from "./selection.js";
import { addDays, type Tally } from "./tally.js";

/** What scanners of cells share: the memory, where the fields are in the tree of names, and the rows. */
export interface Cellular {
  readonly memory: ScanMemory;
  readonly found: JsonFields;
  readonly cells: Cells;
}

export interface EngineOptions {
  /** Of the hashes: the same for all engines whose record ids are compared. */
  key: bigint;
  /** Which lines are looked at (default fast). */
  mode?: ReadMode;
  /** Users to leave out. */
  allowList?: UserMatcher;
  /** Bytes that its memory may take: lines, names and counts. */
  counterBytes?: number;
}

/** What a thread needs to read accesses by a selection, whatever and however many the files: its memory, counter and kernels. */
export class ScanEngine implements Cellular {
  readonly memory = new ScanMemory();
  readonly selection: Selection;
  readonly mode: ReadMode;
  readonly key: bigint;
  /** Each is made when the first file of its format is read. */
  json: JsonEngine | undefined;
  csv: CsvEngine | undefined;
  readonly rules: RowRules;
  readonly allowList: UserMatcher | undefined;
  readonly found: JsonFields;
  readonly cells: Cells;
  readonly counter: ScanCounter;
  readonly #taker: RowTaker;

  constructor(selection: Selection, { key, mode = "fast", allowList, counterBytes }: EngineOptions) {
    if (counterBytes !== undefined) this.memory.limit(counterBytes);
    this.selection = selection;
    this.mode = mode;
    this.key = key;
    this.rules = rulesOf(selection);
    this.allowList = allowList;
    this.found = new JsonFields(this.rules.fields);
    this.cells = new Cells(this.memory, this.found.tree.nodes.length);
    this.counter = new ScanCounter(this.memory, key);
    this.#taker = new RowTaker(this.memory, this.counter, this.cells, this.rules, this.found.places, {
      noTenant: NO_TENANT,
      allowList: allowList !== undefined,
      apart: true,
    });
  }

  /** Takes the first rows of the cells: by the kernels, and what they leave by `rows`. */
  take(row: JsonRow, count: number, rows: RowCounter, tally: Tally): void {
    const { counts } = tally;
    const host: RowHost = {
      take(at) {
        row.row = at;
        rows.take(row);
        // It is among the rows that are added below.
        counts.lines--;
      },
      allows: (user) => rows.allows(user),
      full: () => tally.makeRoom(),
      tally(what, times) {
        if (what === "counted" || what === "weighted" || what === "noTime") counts[what] += times;
        else counts.leftOut[what] += times;
      },
      days: (first, last) => addDays(counts, first, last),
      get weighted() {
        return counts.weighted > 0;
      },
    };
    counts.lines += count;
    this.#taker.take(count, host);
  }
}
