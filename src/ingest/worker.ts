/*
 * A worker that scans parts: it opens the files by itself and hands back columns, names and counts.
 */
import { workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { parseAllowList } from "./allowlist.js";
import { ScanEngine } from "./engine.js";
import { fileSource } from "./files.js";
import type { Format } from "./formats.js";
import type { ReadMode } from "./mode.js";
import type { Piece } from "./pieces.js";
import type { ByteRange } from "./ranges.js";
import type { SpillRoom } from "./room.js";
import { scanPart } from "./scanner.js";
import type { Selection } from "./selection.js";
import type { Counts } from "./tally.js";

/** What every worker is given when it starts. */
export interface ReaderSetup {
  selection: Selection;
  maxBadLines: number;
  maxLineBytes?: number;
  mode?: ReadMode;
  /** The text of an allow-list. */
  allowList?: string;
  /** Of the hashes of record ids. */
  key: bigint;
  /** Where a counter that is full goes; without it all is kept. */
  room?: SpillRoom;
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

/** A scanned part; the columns are transferred. */
export interface ReadPart {
  pieces: readonly Piece[];
  counts: Counts;
  /** As in ScanPart. */
  lines: number;
}

const { selection, key, mode, allowList, read, room, ...limits } = workerData as ReaderSetup;
const matcher = allowList === undefined ? undefined : parseAllowList(allowList);
const engine = new ScanEngine(selection, { key, mode, allowList: matcher, counterBytes: room?.counterBytes });

/** Scans a part; null where that fails: an error loses its class on the way, so the calling thread finds out for itself. */
export default async function scan({ part, files, badBefore }: ReaderTask): Promise<ReadPart | null> {
  const sources = files.map(({ name, path, size, format, gzip, range }) => ({
    ...fileSource(path, size, format, gzip, range),
    name,
  }));
  const onBytes = (bytes: number) => void Atomics.add(read, part, BigInt(bytes));
  try {
    const spill = room && { folder: room.folder, name: `part-${part}` };
    return moved(await scanPart(sources, engine, { ...limits, badBefore, spill, onBytes }));
  } catch {
    return null;
  }
}

function moved(part: ReadPart): ReadPart {
  const buffers = part.pieces.flatMap((piece) => {
    if (piece.run !== undefined) return [];
    const { names, repeats, recordIds, ...columns } = piece.part;
    const { tenant, user, resource, day, weight } = columns;
    const besides = [names.bytes, names.ends, repeats.row, repeats.weight, recordIds.ids, recordIds.access];
    return [tenant, user, resource, day, weight, ...besides].map(({ buffer }) => buffer as ArrayBuffer);
  });
  return move({ [transferableSymbol]: buffers, [valueSymbol]: part } as never) as unknown as ReadPart;
}
