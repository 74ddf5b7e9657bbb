import { brotliDecompressSync, gunzipSync } from "node:zlib";
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
} from "hyparquet";
import { ByomlError, DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { type ColumnPlace, placeColumns } from "./columns.js";
import type { Row } from "./rows.js";
import type { ScanContext } from "./scanner.js";
import type { ByteSource } from "./sources.js";
import { follow } from "./values.js";

/** Codecs beside snappy, which the reader has itself. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text that is not UTF-8 is no value: decoded leniently, two names could become one. */
const parsers = {
  stringFromBytes(bytes: Uint8Array | undefined): string | null | undefined {
    try {
      return bytes && utf8.decode(bytes);
    } catch {
      return null;
    }
  },
};

/**
 * Scans a Parquet file: the needed columns only, a row group at a time, so that memory holds the needed columns of one row group.
 *
 * Structs are followed by dotted paths. A file that is damaged or in an encoding that is not known cannot be read in part.
 */
export async function scanParquet(
  source: ByteSource,
  context: ScanContext,
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (bytes: number) => void },
): Promise<void> {
  const file = await randomAccess(source, signal);
  const metadata = await attempt(source, signal, () => parquetMetadataAsync(file, { geoparquet: false }));
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  const places = placeColumns(source.name, columns, context.rows.fields, context.selection);
  const used = [...new Set(places.map(({ column }) => column).filter((column) => column >= 0))];
  const needed = used.map((column) => columns[column]);
  const scan = await attempt(source, signal, () =>
    parquetScan({ file, metadata, columns: needed, compressors, parsers }),
  );
  const row = new ParquetRow(places);

  let rowStart = 0;
  let bytesTold = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const column of used) {
      signal?.throwIfAborted();
      const range = { column: columns[column], rowStart, rowEnd };
      row.columns[column] = await attempt(source, signal, () => scan.readColumn(range));
    }
    for (row.at = 0; row.at < rowEnd - rowStart; row.at++) context.rows.take(row);
    rowStart = rowEnd;
    const bytes = Math.floor((file.byteLength * rowEnd) / Math.max(1, rowsOf(metadata)));
    onBytes?.(bytes - bytesTold);
    bytesTold = bytes;
  }
  onBytes?.(file.byteLength - bytesTold);
}

/** The values of a row group's needed columns, at one row. */
class ParquetRow implements Row {
  readonly columns: DecodedArray[] = [];
  at = 0;
  readonly #places: readonly ColumnPlace[];

  constructor(places: readonly ColumnPlace[]) {
    this.#places = places;
  }

  value(field: number): unknown {
    const { column, rest } = this.#places[field];
    if (column < 0) return undefined;
    const value: unknown = this.columns[column][this.at];
    return rest.length === 0 ? value : follow(value, rest);
  }
}

async function randomAccess(source: ByteSource, signal: AbortSignal | undefined): Promise<AsyncBuffer> {
  const { size, slice } = source;
  if (slice !== undefined && size !== undefined)
    return {
      byteLength: size,
      slice: (start, end) => {
        signal?.throwIfAborted();
        // A negative start counts from the end, as it does for arrays.
        const from = start < 0 ? Math.max(0, size + start) : start;
        return slice.call(source, from, end ?? size, signal);
      },
    };
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(signal)) chunks.push(chunk);
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return { byteLength: all.length, slice: (start, end) => all.buffer.slice(start, end) };
}

function rowsOf(metadata: FileMetaData): number {
  return Number(metadata.num_rows);
}

async function attempt<T>(source: ByteSource, signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ByomlError) throw cause; // it tells what is wrong: the bytes did not come
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${inert(source.name)} cannot be read as Parquet: ${inert(why, 200)}`, {
      hint: "Copy it again if it may be damaged; write it with snappy, gzip or no compression if it uses another codec.",
      details: { file: source.name },
      cause,
    });
  }
}
