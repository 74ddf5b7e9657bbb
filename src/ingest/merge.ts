import { DataError } from "../base/errors.js";
import { ScanCounter } from "../counting/counter.js";
import type { AccessTable } from "../interactions/accesses.js";
import { type CountedPart, emptyPart, tableOf } from "../interactions/counted.js";
import { ScanMemory } from "../wasm/scan-memory.js";
import { withoutRepeated } from "./repeated.js";
import type { SeenRecords } from "./seen-records.js";
import { addCounts, type Counts, noCounts } from "./tally.js";

/** Merges counted parts, in their order, into the table of the whole; records that stand twice are counted once. */
export class AccessMerger {
  readonly counts: Counts = noCounts();
  readonly #key: bigint;
  readonly #seen: SeenRecords;
  /** The first part, as long as it is the only one. */
  #only: CountedPart | undefined;
  #counter: ScanCounter | undefined;

  /** @param key  of the counter's hashes */
  constructor(key: bigint, seen: SeenRecords) {
    this.#key = key;
    this.#seen = seen;
  }

  /** @throws DataError  when there is no memory for so many accesses */
  add(pieces: readonly CountedPart[], counts: Counts): void {
    const own = structuredClone(counts);
    for (const piece of pieces) this.#add(withoutRepeated(piece, own, this.#seen));
    addCounts(this.counts, own);
  }

  #add(part: CountedPart): void {
    if (this.#counter === undefined && this.#only === undefined && part.repeats.row.length === 0) {
      this.#only = part;
      return;
    }
    this.#counter ??= new ScanCounter(new ScanMemory(), this.#key);
    if (this.#only !== undefined) this.#merge(this.#counter, this.#only);
    this.#only = undefined;
    this.#merge(this.#counter, part);
  }

  #merge(counter: ScanCounter, part: CountedPart): void {
    if (counter.addPart(part)) return;
    throw new DataError("there are too many distinct accesses and names for 4 GiB of memory", {
      hint: "Read fewer days (--since, --until).",
    });
  }

  /** The table of everything added. */
  finish(): AccessTable {
    return tableOf(this.#only ?? this.#counter?.part() ?? emptyPart());
  }
}
