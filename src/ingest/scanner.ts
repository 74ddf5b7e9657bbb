/*
 * From bytes to counted columns: the seam between sources and everything that reads accesses.
 *
 *   ByteSource, ByteSource, …  ->  scanPart  ->  ScanPart { table, repeats, counts }  ->  addTable, addCounts
 *
 * A part is a run of consecutive sources. What crosses the seam is counted: an AccessTable (ids in typed arrays, each name once)
 * and plain numbers, never an object a record. Parts merged in their order give the same table and counts as one part over all
 * their sources, so a part may be scanned by anything that keeps this contract, such as a worker (worker.ts) that reads the files
 * by their `path`:
 *
 *   1. rows are decided by RowCounter's rules, in the order of the records;
 *   2. the result does not depend on how the bytes are split into chunks;
 *   3. a line that is not counted is in exactly one of leftOut, badLines and torn;
 *   4. an abort rejects soon, with the signal's reason.
 *
 * Within a part, text formats implement `Scanner`. Parquet needs its source out of order and is a function of the source.
 */
import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { Repeats } from "../interactions/counter.js";
import type { UserMatcher } from "./allowlist.js";
import type { CsvEngine } from "./csv.js";
import { plainBytes } from "./gzip.js";
import type { JsonEngine } from "./json.js";
import { Problems } from "./problems.js";
import { RowCounter } from "./rows.js";
import type { Selection } from "./selection.js";
import type { ByteSource } from "./sources.js";
import { type Counts, Tally } from "./tally.js";

/** Takes the plain bytes of one source, in order, and feeds a RowCounter. */
export interface Scanner {
  /** @param chunk  the next bytes, any number of them; they stay as they are after the call */
  push(chunk: Uint8Array): void | Promise<void>;
  /** The source has ended: what was held back is settled. */
  end(): void | Promise<void>;
}

/** What a scanner of any format needs beside the bytes. */
export interface ScanContext {
  readonly rows: RowCounter;
  readonly problems: Problems;
  readonly selection: Selection;
  /** Longer lines are skipped without being held in memory. */
  readonly maxLineBytes: number;
}

export interface ScanOptions {
  maxBadLines: number;
  /** Bad lines of the parts before this one, which count against `maxBadLines`. */
  badBefore?: number;
  /** Whether the part will be merged with others: the weights of a column are then in `repeats` from the second of a row on. */
  partial?: boolean;
  maxLineBytes?: number;
  allowList?: UserMatcher;
  signal?: AbortSignal;
  /** Called with the number of bytes, as stored, that were read since the last call. */
  onBytes?: (bytes: number) => void;
}

/** The counted accesses of some sources. */
export interface ScanPart {
  /** `weightKind` is not yet known; see `ReadReport`. */
  readonly table: AccessTable;
  /** Empty unless the part is `partial` and has weights of a column. */
  readonly repeats: Repeats;
  readonly counts: Counts;
}

export const defaultMaxLineBytes = 64 * 1024 * 1024;

/**
 * Scans sources one after the other.
 *
 * @throws DataError  when a source cannot be read, lacks a column that was asked for, or has too many bad lines
 */
export async function scanPart(
  sources: readonly ByteSource[],
  selection: Selection,
  options: ScanOptions,
): Promise<ScanPart> {
  const { signal } = options;
  const tally = new Tally(options.partial);
  const context: ScanContext = {
    rows: new RowCounter(selection, tally, options.allowList),
    problems: new Problems(tally.counts, options.maxBadLines, options.badBefore),
    selection,
    maxLineBytes: options.maxLineBytes ?? defaultMaxLineBytes,
  };
  const scanners = new Scanners(context);
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
  return tally.finish();
}

async function scanText(source: ByteSource, scanners: Scanners, options: ScanOptions): Promise<void> {
  const scanner = await scanners.open(source);
  const stored = counted(source.open(options.signal), options.onBytes);
  for await (const chunk of plainBytes(stored, source.name, source.gzip)) {
    options.signal?.throwIfAborted();
    await scanner.push(chunk);
  }
  await scanner.end();
}

/** The scanners of a part's sources. A format's library is loaded when the first of its files is read. */
class Scanners {
  readonly #context: ScanContext;
  #json: JsonEngine | undefined;
  #csv: CsvEngine | undefined;

  constructor(context: ScanContext) {
    this.#context = context;
  }

  async open({ name, format }: ByteSource): Promise<Scanner> {
    if (format === "csv") {
      const { CsvEngine, CsvScanner } = await import("./csv.js");
      this.#csv ??= new CsvEngine(this.#context.rows.fields);
      return new CsvScanner(name, this.#context, this.#csv);
    }
    const { JsonEngine, JsonScanner } = await import("./json.js");
    this.#json ??= new JsonEngine(this.#context.rows.fields);
    return new JsonScanner(name, this.#context, this.#json);
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
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
