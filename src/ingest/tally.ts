import { DataError } from "../base/errors.js";
import type { ScanCounter } from "../counting/counter.js";
import { NO_DAY } from "../interactions/accesses.js";
import type { Deliver } from "./pieces.js";

/** How many bad lines are kept as samples. */
export const maxSamples = 20;

/** A line or record that could not be read. */
export interface BadLine {
  /** Name of the source; made inert, as the message is. */
  file: string;
  /** From 1; for Parquet the row. */
  line: number;
  /** Byte offset of the line's start, in the uncompressed bytes; null where the format has none. */
  offset: number | null;
  message: string;
}

/** A last line that was cut off, as a file that is being written ends: where it starts, and a later reading can go on. */
export interface TornLine {
  file: string;
  offset: number;
}

/** Rows that were read and not counted, by the first reason that applies, in this order. */
export interface LeftOut {
  /** A --where condition, or the default one, does not hold. */
  notSelected: number;
  /** Before --since, at or after --until, or without a time where one of these is given. */
  outsideTime: number;
  noUser: number;
  noResource: number;
  /** Instead of the two above: the user or the resource is there, but as something that is no name, such as an object. */
  badField: number;
  /** The weight is null, not a number or not finite. */
  badWeight: number;
  /** The user is on the allow-list. */
  allowListed: number;
  /** The record's id was counted before. */
  repeated: number;
}

/** What became of every record of some sources: plain numbers, summed across parts by `addCounts`. */
export interface Counts {
  /** Records looked at: counted + all of leftOut. Bad, torn and blank lines are not among them, nor lines that were passed over. */
  lines: number;
  /** Lines that the search for needles passed over unparsed: none has a record that is selected. Blank ones are among them. */
  discarded: number;
  counted: number;
  /** Of the counted ones, those whose weight came from the weight column. */
  weighted: number;
  leftOut: LeftOut;
  /** Rows without a readable time: counted without a day or, with --since or --until, among outsideTime. Repeated ones are among them. */
  noTime: number;
  /** Lines, of those parsed, in which a key that is asked for stands twice in an object; the last one counts. */
  duplicateKeys: number;
  badLines: { count: number; samples: BadLine[] };
  torn: TornLine[];
  /** Of files that are expected to grow: where a later reading goes on. */
  resume: TornLine[];
  /** Days since 1970-01-01 UTC of the counted rows, or NO_DAY. */
  firstDay: number;
  lastDay: number;
}

export function noCounts(): Counts {
  return {
    lines: 0,
    discarded: 0,
    counted: 0,
    weighted: 0,
    leftOut: {
      notSelected: 0,
      outsideTime: 0,
      noUser: 0,
      noResource: 0,
      badField: 0,
      badWeight: 0,
      allowListed: 0,
      repeated: 0,
    },
    noTime: 0,
    duplicateKeys: 0,
    badLines: { count: 0, samples: [] },
    torn: [],
    resume: [],
    firstDay: NO_DAY,
    lastDay: NO_DAY,
  };
}

/** Adds the counts of a later part to `sum`. */
export function addCounts(sum: Counts, part: Counts): void {
  sum.lines += part.lines;
  sum.discarded += part.discarded;
  sum.counted += part.counted;
  sum.weighted += part.weighted;
  for (const reason of Object.keys(sum.leftOut) as (keyof LeftOut)[]) sum.leftOut[reason] += part.leftOut[reason];
  sum.noTime += part.noTime;
  sum.duplicateKeys += part.duplicateKeys;
  sum.badLines.count += part.badLines.count;
  const room = maxSamples - sum.badLines.samples.length;
  sum.badLines.samples.push(...part.badLines.samples.slice(0, room));
  for (const line of part.torn) sum.torn.push(line);
  for (const place of part.resume) sum.resume.push(place);
  addDays(sum, part.firstDay, part.lastDay);
}

/** Widens the span of days. */
export function addDays(counts: Counts, firstDay: number, lastDay: number): void {
  if (firstDay === NO_DAY) return;
  if (counts.firstDay === NO_DAY || firstDay < counts.firstDay) counts.firstDay = firstDay;
  if (counts.lastDay === NO_DAY || lastDay > counts.lastDay) counts.lastDay = lastDay;
}

/** An access as a format gives it. */
export interface NamedAccess {
  readonly tenant: string;
  readonly user: string;
  readonly resource: string;
  /** Days since 1970-01-01 UTC, or NO_DAY. */
  readonly day: number;
  /** 1, or the value of the weight's column. */
  readonly weight: number;
  readonly weighted: boolean;
  /** "" where the record has none. */
  readonly recordId: string;
}

/** What a scanner fills: the counted accesses and what became of every record. */
export class Tally {
  readonly counts: Counts = noCounts();
  readonly #counter: ScanCounter;
  readonly #deliver: Deliver;

  /**
   * @param counter  empty; it is so again at the end
   * @param deliver  takes what was counted so far; pieces in their order are the whole. Weights of a column are fractions, whose sums depend on their order: they are kept apart after the first of
   *                 a row.
   */
  constructor(counter: ScanCounter, deliver: Deliver) {
    this.#counter = counter;
    this.#deliver = deliver;
  }

  /** Counts an access. */
  add(access: NamedAccess): void {
    const { day, weight, weighted, recordId } = access;
    const { counts } = this;
    counts.counted++;
    if (weighted) counts.weighted++;
    if (day === NO_DAY) counts.noTime++;
    else addDays(counts, day, day);
    const apart = counts.weighted > 0;
    for (;;) {
      const [tenant, user, resource] = [access.tenant, access.user, access.resource].map((name) =>
        this.#counter.intern(name),
      );
      const known = tenant >= 0 && user >= 0 && resource >= 0;
      if (known && this.#counter.add({ tenant, user, resource, day, weight, apart, recordId })) return;
      this.makeRoom();
    }
  }

  /** Delivers what was counted so far. */
  makeRoom(): void {
    if (this.#counter.rows === 0)
      throw new DataError("there is no memory for the names of a single access", {
        hint: "Give more --memory, or a smaller limit to the length of lines.",
      });
    this.#deliver(this.#counter.part(), false);
    this.#counter.clear();
  }

  /** Delivers the last piece, if there is one. */
  finish(): void {
    if (this.#counter.rows > 0) this.#deliver(this.#counter.part(), true);
    this.#counter.clear();
  }
}
