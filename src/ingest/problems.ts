import { DataError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { type Counts, maxSamples } from "./tally.js";

export const defaultMaxBadLines = 1000;

/** Checks the value of --max-bad-lines. */
export function checkMaxBadLines(value: number = defaultMaxBadLines): number {
  if (!Number.isInteger(value) || value < 0) throw new OptionError("--max-bad-lines", "an integer from 0", value);
  return value;
}

/** Notes what could not be read: counts it, keeps the first samples, gives up when there is too much of it. */
export class Problems {
  readonly #counts: Counts;
  readonly #maxBadLines: number;
  readonly #before: number;

  /** @param before  how many lines were bad before these, elsewhere: they count against the limit */
  constructor(counts: Counts, maxBadLines: number, before = 0) {
    this.#counts = counts;
    this.#maxBadLines = maxBadLines;
    this.#before = before;
  }

  /**
   * @param locate   computes the byte offset of the line's start: only asked where it is shown
   * @param message  what is wrong, as the end of a sentence that starts with the line
   * @throws DataError  when this is one more than the limit
   */
  bad(file: string, line: number, locate: (() => number) | null, message: string): void {
    const { badLines } = this.#counts;
    badLines.count++;
    const tooMany = this.#before + badLines.count > this.#maxBadLines;
    if (!tooMany && badLines.samples.length >= maxSamples) return;
    const sample = { file: inert(file), line, offset: locate?.() ?? null, message: inert(message, 300) };
    if (tooMany) throw tooManyBad(sample, this.#maxBadLines);
    badLines.samples.push(sample);
  }

  /** Where one bad record makes the rest of a file unreadable, whatever the limit. */
  unreadable(file: string, line: number): DataError {
    return new DataError(`${inert(file)}: line ${line.toLocaleString("en-US")} is too long to go on after it`, {
      hint: "A quote may not be closed there: repair the line, or leave the file out.",
      details: { file, line },
    });
  }

  /** So many lines were passed over unparsed. */
  discarded(lines: number): void {
    this.#counts.discarded += lines;
  }

  /** In so many lines a key that is asked for stands twice. */
  duplicateKeys(lines: number): void {
    this.#counts.duplicateKeys += lines;
  }

  torn(file: string, offset: number): void {
    this.#counts.torn.push({ file: inert(file), offset });
  }

  /** A file that is expected to grow was read so far. */
  resume(file: string, offset: number): void {
    this.#counts.resume.push({ file: inert(file), offset });
  }
}

/** Why reading stops at a bad line. */
function tooManyBad(
  { file, line, offset, message }: { file: string; line: number; offset: number | null; message: string },
  maxBadLines: number,
): DataError {
  const at = offset === null ? "" : ` (byte ${offset.toLocaleString("en-US")})`;
  const limit = maxBadLines === 0 ? "" : `; it is one bad line more than ${maxBadLines.toLocaleString("en-US")}`;
  return new DataError(`${file}: line ${line.toLocaleString("en-US")}${at} ${message}${limit}`, {
    hint: "The file may be damaged, still be written or be of another format; raise --max-bad-lines to go on past such lines.",
    details: { file, line, offset, maxBadLines },
  });
}
