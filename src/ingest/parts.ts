/*
 * How sources are divided among workers: into runs of consecutive sources of about equal work.
 */
import { rangeOf } from "./files.js";
import { cutRange, wholeFile } from "./ranges.js";
import type { ByteSource } from "./sources.js";

/** Consecutive sources that are scanned together. */
export interface Part {
  readonly sources: readonly ByteSource[];
  /** Whether a worker can read them: they are local files. */
  readonly remote: boolean;
}

/** Sizes in bytes of work: as stored, times what a byte of the format costs beside one of plain JSON lines. */
export interface CutOptions {
  /** Less than this in all is read on the calling thread. */
  least: number;
  /** A part has no more than this, unless it is one source that cannot be cut: what waits to be merged is held in memory. */
  most: number;
  /** Ranges of a file are no shorter than about this (default 64 MB). */
  finest?: number;
  /** Parts for each worker, so that none is left with a long one at the end. */
  each: number;
}

/** Below some 256 MB of JSON lines, a third of a second, starting workers takes longer than they save. */
export const defaultCuts: CutOptions = { least: 256e6, most: 256e6, each: 4 };

/**
 * Divides sources, in their order. Large files of JSON lines are cut into ranges, each a part of its own.
 *
 * @returns one part for the calling thread where workers would not pay: one thread, one file that cannot be cut, little to read
 */
export function cutParts(
  sources: readonly ByteSource[],
  threads: number,
  { least, most, finest = 64e6, each }: CutOptions = defaultCuts,
): Part[] {
  const work = sources.filter(isLocal).reduce((sum, source) => sum + workOf(source), 0);
  const alone = [{ sources, remote: false }];
  if (threads < 2 || work < least) return alone;
  const share = Math.min(most, work / (threads * each));
  const pieces = sources.flatMap((source) => cut(source, Math.max(finest, share)));
  if (pieces.filter(isLocal).length < 2) return alone;
  const parts: (Part & { sources: ByteSource[] })[] = [];
  let filled = 0;
  for (const source of pieces) {
    const remote = isLocal(source);
    const more = workOf(source);
    const last = parts.at(-1);
    // A source goes where more than half of it finds room; a range is alone, so that its lines can be numbered.
    const fits = !remote || (filled + more / 2 <= share && !isCut(source) && !isCut(last?.sources[0]));
    if (last !== undefined && last.remote === remote && fits) {
      last.sources.push(source);
      filled += more;
    } else {
      parts.push({ sources: [source], remote });
      filled = more;
    }
  }
  return parts;
}

/** Ranges of a file that is large enough, in their order, or the source itself. */
function cut(source: ByteSource, unit: number): readonly ByteSource[] {
  if (source.format !== "json" || source.gzip || source.reader === undefined || source.size === undefined)
    return [source];
  const whole = source.range ?? wholeFile;
  const ranges = cutRange(whole, source.size, unit);
  if (ranges.length < 2 || isPacked(source)) return [source];
  const end = whole.from + source.size;
  return ranges.map((range) => rangeOf(source, Math.min(range.to, end) - range.from, range));
}

function isCut(source: ByteSource | undefined): boolean {
  return source?.range !== undefined && !(source.range.aligned && source.range.to === Number.POSITIVE_INFINITY);
}

/** Whether a file is gzip, whatever its name says. One that cannot be read is left to the error that reading it gives. */
function isPacked({ reader }: ByteSource): boolean {
  try {
    const file = reader!();
    try {
      return file.packed;
    } finally {
      file.close();
    }
  } catch {
    return true;
  }
}

/** A file that can be opened anywhere and again: a named pipe has no size. */
function isLocal({ path, size }: ByteSource): boolean {
  return path !== undefined && size !== undefined;
}

/** What a stored byte costs to read, roughly, beside one of plain JSON lines: logs shrink to about a tenth in gzip, and unpacking takes as long as scanning. */
const costs = { json: 1, csv: 1, parquet: 50 };
const unpacked = 20;

function workOf({ size = 0, format, gzip }: ByteSource): number {
  return size * costs[format] * (gzip ? unpacked : 1);
}
