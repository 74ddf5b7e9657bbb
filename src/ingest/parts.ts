/*
 * How sources are divided among workers: into runs of consecutive sources of about equal work.
 */
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
  /** A part has no more than this, unless it is one source: what waits to be merged is held in memory. */
  most: number;
  /** Parts for each worker, so that none is left with a long one at the end. */
  each: number;
}

/** Below some 256 MB of JSON lines, a third of a second, starting workers takes longer than they save. */
export const defaultCuts: CutOptions = { least: 256e6, most: 1e9, each: 4 };

/**
 * Divides sources, in their order.
 *
 * @returns one part for the calling thread where workers would not pay: one thread, one local file, little to read
 */
export function cutParts(
  sources: readonly ByteSource[],
  threads: number,
  { least, most, each }: CutOptions = defaultCuts,
): Part[] {
  const local = sources.filter(isLocal);
  const work = local.reduce((sum, source) => sum + workOf(source), 0);
  if (threads < 2 || local.length < 2 || work < least) return [{ sources, remote: false }];
  const share = Math.min(most, work / (threads * each));
  const parts: (Part & { sources: ByteSource[] })[] = [];
  let filled = 0;
  for (const source of sources) {
    const remote = isLocal(source);
    const more = workOf(source);
    const last = parts.at(-1);
    // A source goes where more than half of it finds room.
    if (last !== undefined && last.remote === remote && (!remote || filled + more / 2 <= share)) {
      last.sources.push(source);
      filled += more;
    } else {
      parts.push({ sources: [source], remote });
      filled = more;
    }
  }
  return parts;
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
