import { DataError } from "../base/errors.js";
import { collectGarbage } from "../base/process.js";
import { ScanCounter } from "../counting/counter.js";
import type { AccessTable } from "../interactions/accesses.js";
import { type CountedPart, emptyPart, tableFrom } from "../interactions/counted.js";
import type { Run } from "../spill/run.js";
import { ScanMemory } from "../wasm/scan-memory.js";
import type { Piece } from "./pieces.js";
import { withoutRepeated } from "./repeated.js";
import type { SeenRecords } from "./seen-records.js";
import { addCounts, type Counts, noCounts } from "./tally.js";

/** Tables of more rows are worth a collection of garbage. */
const manyRows = 100_000;

/** What a merger may hold, and how it writes what is more. */
export interface MergerRoom {
  readonly counterBytes: number;
  write(part: CountedPart, name: string): Run;
}

/**
 * Merges counted pieces, in their order, into the whole; records that stand twice are counted once.
 *
 * With room to spill, what outgrows it becomes a run, and so does what waits here when a run arrives, so that runs are in the order of
 * accesses.
 */
export class AccessMerger {
  readonly counts: Counts = noCounts();
  readonly #key: bigint;
  #seen: SeenRecords | undefined;
  readonly #room: MergerRoom | undefined;
  readonly #runs: Run[] = [];
  #written = 0;
  /** Whether a run has record ids, which are looked at when runs are merged: those that come after it must wait for that too. */
  #undecided = false;
  /** The first part, as long as it is the only one. */
  #only: CountedPart | undefined;
  #counter: ScanCounter | undefined;

  /** @param key  of the counter's hashes */
  constructor(key: bigint, seen: SeenRecords, room?: MergerRoom) {
    this.#key = key;
    this.#seen = seen;
    this.#room = room;
  }

  /** @throws DataError  when there is no memory for so many accesses */
  add(pieces: readonly Piece[], counts: Counts): void {
    const own = structuredClone(counts);
    for (const piece of pieces) {
      if (piece.run !== undefined) this.#take(piece.run);
      else if (this.#undecided && piece.part.recordIds.access.length > 0) this.#take(this.#write(piece.part));
      else this.#add(withoutRepeated(piece.part, own, this.#seen!));
    }
    addCounts(this.counts, own);
  }

  #take(run: Run): void {
    this.#spill();
    this.#runs.push(run);
    this.#undecided ||= run.records !== null;
  }

  #write(part: CountedPart): Run {
    return this.#room!.write(part, `run-${this.#written++}`);
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
    if (this.#room !== undefined && counter.sizeWith(part) > this.#room.counterBytes) this.#spill();
    if (counter.addPart(part)) return;
    throw new DataError("there are too many distinct accesses and names for 4 GiB of memory", {
      hint: "Give a budget with --memory, so that they go by way of the disk, or read fewer days (--since, --until).",
    });
  }

  /** Writes what waits in memory as a run. */
  #spill(): void {
    const part = this.#only ?? this.#counter?.part();
    this.#only = undefined;
    if (part !== undefined && part.length > 0) this.#runs.push(this.#write(part));
    this.#counter?.clear();
  }

  /** Whether something went to the disk. */
  get spilled(): boolean {
    return this.#runs.length > 0;
  }

  /** The table of everything added, where nothing was spilled; the merger is empty then. */
  finish(): AccessTable {
    this.#seen = undefined;
    if (this.#only !== undefined) return tableFrom(this.#only);
    // What merging held is given back before the table is made of it, and after.
    const large = (this.#counter?.rows ?? 0) > manyRows;
    if (large) collectGarbage();
    const part = this.#counter?.part() ?? emptyPart();
    this.#counter = undefined;
    if (large) collectGarbage();
    return tableFrom(part);
  }

  /** Everything added as runs, in the order of accesses; a merger with room has them. Its memory is free then. */
  runs(): readonly Run[] {
    this.#spill();
    this.#counter = undefined;
    return this.#runs;
  }
}
