/*
 * A worker that scans parts: it opens the files by itself and hands back columns, names and counts.
 */
import { workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import type { NamedColumns } from "../interactions/accesses.js";
import type { Repeats } from "../interactions/counter.js";
import { parseAllowList } from "./allowlist.js";
import { fileSource } from "./files.js";
import type { Format } from "./formats.js";
import type { ByteRange } from "./ranges.js";
import { scanPart } from "./scanner.js";
import type { Selection } from "./selection.js";
import type { Counts } from "./tally.js";

/** What every worker is given when it starts. */
export interface ReaderSetup {
  selection: Selection;
  maxBadLines: number;
  maxLineBytes?: number;
  /** The text of an allow-list. */
  allowList?: string;
  /** i64[parts], shared: bytes, as stored, that were read of each part so far. */
  read: BigInt64Array;
}

/** A local file. */
export interface LocalFile {
  name: string;
  path: string;
  size: number;
  format: Format;
  gzip: boolean;
  range?: ByteRange;
}

export interface ReaderTask {
  part: number;
  files: readonly LocalFile[];
  badBefore: number;
}

/** A scanned part as plain data; the columns are transferred. */
export interface ReadPart {
  table: NamedColumns;
  repeats: Repeats;
  counts: Counts;
  /** As in ScanPart. */
  lines: number;
}

const { allowList, read, selection, ...limits } = workerData as ReaderSetup;
const matcher = allowList === undefined ? undefined : parseAllowList(allowList);

/** Scans a part; null where that fails: an error loses its class on the way, so the calling thread finds out for itself. */
export default async function scan({ part, files, badBefore }: ReaderTask): Promise<ReadPart | null> {
  const sources = files.map(({ name, path, size, format, gzip, range }) => ({
    ...fileSource(path, size, format, gzip, range),
    name,
  }));
  const onBytes = (bytes: number) => void Atomics.add(read, part, BigInt(bytes));
  try {
    const options = { ...limits, allowList: matcher, badBefore, partial: true, onBytes };
    const { table, repeats, counts, lines } = await scanPart(sources, selection, options);
    return moved({ table: plain(table), repeats, counts, lines });
  } catch {
    return null;
  }
}

/** Vocabularies as their names alone. */
function plain({ tenants, users, resources, ...columns }: NamedColumns): NamedColumns {
  const [a, b, c] = [tenants, users, resources].map(({ names }) => ({ names }));
  return { ...columns, tenants: a, users: b, resources: c };
}

function moved(part: ReadPart): ReadPart {
  const { tenant, user, resource, day, weight } = part.table;
  const columns = [tenant, user, resource, day, weight, part.repeats.row, part.repeats.weight];
  const buffers = columns.map(({ buffer }) => buffer as ArrayBuffer);
  return move({ [transferableSymbol]: buffers, [valueSymbol]: part } as never) as unknown as ReadPart;
}
