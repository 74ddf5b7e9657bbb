/*
 * From bytes to counted columns: the seam between sources and everything that reads accesses.
 *
 *   ByteSource, ByteSource, …  ->  scanPart  ->  ScanPart { pieces, counts }  ->  AccessMerger
 *
 * A part is a run of consecutive sources. What crosses the seam is counted: plain typed arrays and numbers (CountedPart, Counts),
 * never an object a record. Parts merged in their order give the same table and counts as one part over all their sources, so a part
 * may be scanned by anything that keeps this contract, such as a worker (worker.ts) that reads the files by their `path`:
 *
 *   1. rows are decided by RowCounter's rules, in the order of the records;
 *   2. the result does not depend on how the bytes are split into chunks;
 *   3. a line that is not counted is in exactly one of leftOut, discarded, badLines and torn;
 *   4. an abort rejects soon, with the signal's reason.
 *
 * Within a part, text formats implement `Scanner`. Parquet needs its source out of order and is a function of the source.
 */
import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { CountedPart } from "../interactions/counted.js";
import type { ScanEngine } from "./engine.js";
import { scanFile, scanStream } from "./feed.js";
import type { JsonRow } from "./jsonrow.js";
import type { ReadMode } from "./mode.js";
import { collectPieces, type Piece } from "./pieces.js";
import { Problems } from "./problems.js";
import { RowCounter } from "./rows.js";
import type { Selection } from "./selection.js";
import type { ByteSource } from "./sources.js";
import { type Counts, Tally } from "./tally.js";

/** Takes the plain bytes of one source, in order, and feeds a RowCounter. */
export interface Scanner {
  /** @param chunk  the next bytes, any number of them; they stay as they are after the call */
  push(chunk: Uint8Array): void | Promise<void>;
  /**
   * The same without a copy, for scanners with memory of their own: has the next bytes read to where they are scanned.
   *
   * @param read  fills memory from its start and says how many bytes it wrote; 0 at the end of the source
   * @returns what `read` returned
   */
  pull?(read: (into: Uint8Array) => number): number;
  /** The source has ended: what was held back is settled. */
  end(): void | Promise<void>;
  /** The number of the line last begun, for formats whose files are cut into ranges. */
  readonly lines?: number;
}

/** Where in a text of lines the first bytes of a scanner are from. */
export interface TextPlace {
  /** Byte offset. */
  readonly offset: number;
  /** How many lines there are before. */
  readonly line: number;
  /** See ByteRange. */
  readonly growing: boolean;
}

/** What a scanner of any format needs beside the bytes. */
export interface ScanContext {
  readonly rows: RowCounter;
  /** Takes the first rows of the engine's cells, which `row` reads. */
  takeCells(row: JsonRow, rows: number): void;
  readonly problems: Problems;
  readonly selection: Selection;
  readonly mode: ReadMode;
  /** Longer lines are skipped without being held in memory. */
  readonly maxLineBytes: number;
}

export interface ScanOptions {
  maxBadLines: number;
  /** Bad lines of the parts before this one, which count against `maxBadLines`. */
  badBefore?: number;
  /** Lines of the file before the range that is the first source. */
  linesBefore?: number;
  maxLineBytes?: number;
  /** The folder where a counter that is full goes, and the start of the names of runs. */
  spill?: { folder: string; name: string };
  signal?: AbortSignal;
  /** Called with the number of bytes, as stored, that were read since the last call. */
  onBytes?: (bytes: number) => void;
}

/** The counted accesses of some sources: pieces that make the whole in their order, and what became of every record. */
export interface ScanPart {
  readonly pieces: readonly Piece[];
  readonly counts: Counts;
  /** The number of the last line of the last source, where it is one that can be cut into ranges. */
  readonly lines: number;
}

export const defaultMaxLineBytes = 64 * 1024 * 1024;

/**
 * Scans sources one after the other.
 *
 * @param engine  of this thread; it serves one part at a time
 * @throws DataError  when a source cannot be read, lacks a column that was asked for, or has too many bad lines
 */
export async function scanPart(
  sources: readonly ByteSource[],
  engine: ScanEngine,
  options: ScanOptions,
): Promise<ScanPart> {
  const { signal } = options;
  engine.counter.clear();
  const pieces: Piece[] = [];
  const tally = new Tally(engine.counter, collectPieces(pieces, await spillOf(options)));
  const { rules, selection, mode, allowList } = engine;
  const rows = new RowCounter(rules, tally, allowList);
  const context: ScanContext = {
    rows,
    takeCells: (row, count) => engine.take(row, count, rows, tally),
    problems: new Problems(tally.counts, options.maxBadLines, options.badBefore),
    selection,
    mode,
    maxLineBytes: options.maxLineBytes ?? defaultMaxLineBytes,
  };
  const scanners = new Scanners(context, engine, options.linesBefore);
  for (const source of sources) {
    signal?.throwIfAborted();
    try {
      if (source.format === "parquet") await (await import("./parquet.js")).scanParquet(source, context, options);
      else await scanText(source, scanners, options);
    } catch (error) {
      // Streams reject with an error of their own making when they are aborted.
      signal?.throwIfAborted();
      throw describe(source, error);
    }
  }
  tally.finish();
  return { pieces, counts: tally.counts, lines: scanners.lines };
}

/** What writes runs is loaded where there may be some. */
async function spillOf({ spill }: ScanOptions) {
  if (spill === undefined) return undefined;
  const { writeRun } = await import("../spill/run.js");
  return {
    name: spill.name,
    write: (part: CountedPart, name: string) => writeRun(spill.folder, name, part),
  };
}

async function scanText(source: ByteSource, scanners: Scanners, options: ScanOptions): Promise<void> {
  const reader = source.gzip ? undefined : source.reader?.();
  try {
    if (reader === undefined || reader.packed) await scanStream(source, await scanners.open(source), options);
    else await scanFile(reader, await scanners.open(source, reader.start), options);
  } finally {
    reader?.close();
  }
}

/** The scanners of a part's sources. A format's library is loaded when the first of its files is read. */
class Scanners {
  readonly #context: ScanContext;
  readonly #engine: ScanEngine;
  #linesBefore: number;
  #last: Scanner | undefined;

  constructor(context: ScanContext, engine: ScanEngine, linesBefore = 0) {
    this.#context = context;
    this.#engine = engine;
    this.#linesBefore = linesBefore;
  }

  /** The number of the last line of the source that was scanned last. */
  get lines(): number {
    return this.#last?.lines ?? 0;
  }

  /** @param offset  of the first byte */
  async open(source: ByteSource, offset = 0): Promise<Scanner> {
    this.#last = await this.#open(source, offset);
    this.#linesBefore = 0;
    return this.#last;
  }

  async #open({ name, format, range }: ByteSource, offset: number): Promise<Scanner> {
    if (format === "csv") {
      const { CsvEngine, CsvScanner } = await import("./csv.js");
      this.#engine.csv ??= new CsvEngine(this.#engine.rules.fields, this.#engine);
      return new CsvScanner(name, this.#context, this.#engine.csv);
    }
    const { JsonEngine, JsonScanner } = await import("./json.js");
    this.#engine.json ??= JsonEngine.for(this.#engine);
    const place = { offset, line: this.#linesBefore, growing: range?.growing ?? false };
    return new JsonScanner(name, this.#context, this.#engine.json, place);
  }
}

/** What the operating system refused, as an error that names the source; other errors as they are. */
function describe(source: ByteSource, error: unknown): unknown {
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (typeof syscall !== "string") return error;
  return new DataError(`${inert(source.name)} cannot be read (${code}, ${syscall})`, {
    hint: code === "ENOENT" ? "It was there when reading began: run again." : "Check the permissions of the file.",
    details: { file: source.name, code },
    cause: error,
  });
}
