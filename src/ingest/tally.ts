import { type AccessTable, NO_DAY } from "../interactions/accesses.js";
import { AccessCounter, type Repeats } from "../interactions/counter.js";

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
  /** The weight is null, not a number or not finite. */
  badWeight: number;
  /** The user is on the allow-list. */
  allowListed: number;
}

/** What became of every record of some sources: plain numbers, summed across parts by `addCounts`. */
export interface Counts {
  /** Records looked at: counted + all of leftOut. Bad, torn and blank lines are not among them. */
  lines: number;
  counted: number;
  /** Of the counted ones, those whose weight came from the weight column. */
  weighted: number;
  leftOut: LeftOut;
  /** Rows without a readable time: counted without a day or, with --since or --until, among outsideTime. */
  noTime: number;
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
    counted: 0,
    weighted: 0,
    leftOut: { notSelected: 0, outsideTime: 0, noUser: 0, noResource: 0, badWeight: 0, allowListed: 0 },
    noTime: 0,
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
  sum.counted += part.counted;
  sum.weighted += part.weighted;
  for (const reason of Object.keys(sum.leftOut) as (keyof LeftOut)[]) sum.leftOut[reason] += part.leftOut[reason];
  sum.noTime += part.noTime;
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

/** What a scanner fills: the counted accesses and what became of every record. */
export class Tally {
  readonly counts: Counts = noCounts();
  readonly counter: AccessCounter;

  /**
   * @param partial  whether these are some of the accesses of a whole. Weights of a column are fractions, whose sums depend on their
   *                 order, so they are kept apart then; ones can be summed in any order.
   */
  constructor(partial = false) {
    this.counter = new AccessCounter(partial ? () => this.counts.weighted > 0 : undefined);
  }

  finish(): { table: AccessTable; repeats: Repeats; counts: Counts } {
    return { table: this.counter.finish(), repeats: this.counter.repeats(), counts: this.counts };
  }
}
