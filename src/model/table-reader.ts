import {
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { DataError } from "../base/errors.js";
import { type Collector, collectors, type ValuesOf } from "./collect.js";
import type { Column, ColumnType } from "./layout.js";
import type { Part } from "./part.js";
import { quote, reasonOf, refusal } from "./refusal.js";

/** The columns of a table, by the keys under which they were asked for. */
export type TableValues<C extends Record<string, Column>> = { [K in keyof C]: ValuesOf[C[K]["type"]] };

/** Gathers a table that may lie in several part files. Columns are found by their names; others are left alone. */
export interface TableReader<C extends Record<string, Column>> {
  /** Reads one part file, a row group and a column at a time. */
  read(part: Part, signal?: AbortSignal): Promise<void>;
  finish(): { values: TableValues<C>; rows: number };
}

const resave = "it may have been cut or changed on the way: copy the model again, or save it again";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const options = {
  geoparquet: false,
  useOffsetIndex: false,
  // The library would drop a byte order mark at the start of a text, and so make two names one.
  parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes) },
};

/** @param onCreator  told which program wrote each file */
export function tableReader<C extends Record<string, Column>>(
  columns: C,
  onCreator: (part: Part, creator: string) => void = () => {},
): TableReader<C> {
  const keys = Object.keys(columns) as (keyof C & string)[];
  const gathered = new Map(
    keys.map((key) => [key, collectors[columns[key].type]() as Collector<ValuesOf[ColumnType]>]),
  );
  let rows = 0;
  return {
    async read(part, signal) {
      const metadata = await decode(part, () => parquetMetadataAsync(part, options));
      onCreator(part, metadata.created_by ?? "");
      checkSchema(part, metadata, Object.values(columns));
      const scan = await decode(part, () => parquetScan({ ...options, file: part, metadata }));
      for (const { rowStart, rowEnd } of scan.ranges) {
        for (const key of keys) {
          signal?.throwIfAborted();
          const { name } = columns[key];
          const data = await decode(part, () => scan.readColumn({ column: inSchema(name), rowStart, rowEnd }));
          checkLength(part, data, name, rowEnd - rowStart);
          gathered.get(key)!.add(data, { file: part.path, column: quote(name), firstRow: rowStart });
        }
        rows += rowEnd - rowStart;
      }
    },
    finish() {
      const values = Object.fromEntries(keys.map((key) => [key, gathered.get(key)!.finish()])) as TableValues<C>;
      return { values, rows };
    },
  };
}

/** Runs a step of the Parquet library; whatever it throws at a damaged file becomes an error that names the file. */
async function decode<T>(part: Part, step: () => Promise<T> | T): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const found = `one that cannot be read (${reasonOf(cause)})`;
    throw refusal({ file: part.path, expected: "a complete Parquet file", found, hint: resave, cause });
  }
}

function checkLength(part: Part, data: DecodedArray, name: string, rows: number): void {
  if (data.length === rows) return;
  const found = `${data.length}`;
  throw refusal({ file: part.path, expected: `${rows} values in column ${quote(name)}`, found, hint: resave });
}

function checkSchema(part: Part, metadata: FileMetaData, columns: readonly Column[]): void {
  const { children } = parquetSchema(metadata);
  const rowsOfGroups = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (metadata.num_rows !== rowsOfGroups) {
    const expected = `${metadata.num_rows} rows, as the file says`;
    throw refusal({ file: part.path, expected, found: `${rowsOfGroups} in its row groups`, hint: resave });
  }
  for (const { name, type } of columns) {
    const found = children.filter((child) => child.element.name === inSchema(name));
    const expected = `a column ${quote(name)} of type ${shown[type]}`;
    if (found.length !== 1) {
      const all = children.map((child) => quote(child.element.name)).join(", ");
      throw refusal({
        file: part.path,
        expected,
        found: found.length === 0 ? `columns ${all || "none"}` : "two of them",
      });
    }
    if (!matches[type](found[0])) throw refusal({ file: part.path, expected, found: describe(found[0]) });
  }
}

/** The name of a column as the library gives it: without a byte order mark. */
function inSchema(name: string): string {
  return name.replace(/^\ufeff/, "");
}

const shown: Record<ColumnType, string> = {
  string: "string",
  boolean: "boolean",
  int64: "int64",
  doubles: "list<double>",
};

const matches: Record<ColumnType, (column: SchemaTree) => boolean> = {
  string: ({ element }) =>
    isSingle(element) &&
    element.type === "BYTE_ARRAY" &&
    (element.converted_type === "UTF8" || element.logical_type?.type === "STRING"),
  boolean: ({ element }) => isSingle(element) && element.type === "BOOLEAN",
  int64: ({ element }) =>
    isSingle(element) &&
    element.type === "INT64" &&
    (element.converted_type === undefined || element.converted_type === "INT_64"),
  doubles: ({ element, children }) =>
    isSingle(element) && element.converted_type === "LIST" && children.length === 1 && isEntry(children[0]),
};

function isSingle(element: SchemaTree["element"]): boolean {
  return element.repetition_type !== "REPEATED";
}

/** The repeated part of a list of doubles: a group of one element, or (as old writers have it) the element itself. */
function isEntry({ element, children }: SchemaTree): boolean {
  if (element.repetition_type !== "REPEATED") return false;
  if (children.length === 0) return element.type === "DOUBLE";
  return children.length === 1 && isSingle(children[0].element) && children[0].element.type === "DOUBLE";
}

function describe({ element, children }: SchemaTree): string {
  const inner = children.map(describe).join(", ");
  const name = [element.repetition_type, element.converted_type ?? element.logical_type?.type, element.type];
  return `${name.filter(Boolean).join(" ").toLowerCase()}${inner ? ` of (${inner})` : ""}`;
}
