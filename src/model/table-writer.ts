import type { FileHandle } from "node:fs/promises";
import type { DecodedArray, SchemaElement } from "hyparquet";
import { ParquetWriter } from "hyparquet-writer";
import { version as byomlVersion } from "../base/version.js";
import type { Checksum } from "./checksum.js";
import { FileSink } from "./sink.js";

export type TableColumn =
  | { name: string; type: "string"; values: readonly string[] }
  | { name: string; type: "boolean"; values: readonly boolean[] }
  | { name: string; type: "int64"; values: BigInt64Array }
  /** list<double>, f64[rows, width], row-major. */
  | { name: string; type: "doubles"; values: Float64Array; width: number };

export interface Table {
  rows: number;
  columns: readonly TableColumn[];
  /** True: the schema says that no value is null. Spark's own tables say so only in `metadata_df`. */
  required: boolean;
}

export interface WriteOptions {
  signal?: AbortSignal;
  /** Raw size at which a row group is closed: what the writer holds in memory at a time is a small multiple of it. */
  rowGroupInBytes?: number;
}

/** Writes a table as one Parquet file, a row group at a time; the caller opens, syncs and closes the file. */
export async function writeTable(
  handle: FileHandle,
  { rows, columns, required }: Table,
  { signal, rowGroupInBytes = 8 * 2 ** 20 }: WriteOptions = {},
): Promise<Checksum> {
  const sink = new FileSink(handle);
  const schema = schemaOf(columns, required);
  const createdBy = `byoml version ${byomlVersion}`;
  const writer = new ParquetWriter({ writer: sink, schema, statistics: false, createdBy });
  let start = 0;
  while (start < rows) {
    signal?.throwIfAborted();
    const end = endOfGroup(columns, start, rows, rowGroupInBytes);
    const columnData = columns.map((column) => ({
      name: column.name,
      data: slice(column, start, end),
      // A dictionary would make 0 and -0 one; and doubles of factors are as good as random, so that compressing them only takes time.
      ...(column.type === "doubles" ? { encoding: "PLAIN" as const, codec: "UNCOMPRESSED" as const } : {}),
    }));
    await writer.write({ columnData, rowGroupSize: end - start });
    start = end;
  }
  writer.finish();
  await sink.flush();
  return sink.checksum();
}

/** The row after the last one of the group that starts at `start`. */
function endOfGroup(columns: readonly TableColumn[], start: number, rows: number, limit: number): number {
  let bytes = 0;
  let row = start;
  while (row < rows && bytes < limit) {
    for (const column of columns) bytes += rawSize(column, row);
    row++;
  }
  return row;
}

function rawSize(column: TableColumn, row: number): number {
  if (column.type === "string") return 4 + column.values[row].length;
  return column.type === "doubles" ? 8 * column.width : 8;
}

function slice(column: TableColumn, start: number, end: number): DecodedArray {
  if (column.type !== "doubles") return column.values.slice(start, end);
  return Array.from({ length: end - start }, (_, i) => vectorAt(column.values, start + i, column.width));
}

/** One vector as the plain array that the Parquet library asks for. */
function vectorAt(values: Float64Array, row: number, width: number): number[] {
  const vector = new Array<number>(width);
  for (let k = 0; k < width; k++) vector[k] = values[row * width + k];
  return vector;
}

function schemaOf(columns: readonly TableColumn[], required: boolean): SchemaElement[] {
  const repetition_type = required ? "REQUIRED" : "OPTIONAL";
  const root: SchemaElement = { name: "spark_schema", num_children: columns.length };
  return [root, ...columns.flatMap(({ name, type }) => elementsOf(name, type, repetition_type))];
}

/** The elements of a column as Spark writes them; a list has three levels: the list, its repeated entry, the element. */
function elementsOf(
  name: string,
  type: TableColumn["type"],
  repetition_type: "REQUIRED" | "OPTIONAL",
): SchemaElement[] {
  switch (type) {
    case "string":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
    case "boolean":
      return [{ name, type: "BOOLEAN", repetition_type }];
    case "int64":
      return [{ name, type: "INT64", repetition_type }];
    case "doubles":
      return [
        { name, converted_type: "LIST", num_children: 1, repetition_type },
        { name: "list", num_children: 1, repetition_type: "REPEATED" },
        { name: "element", type: "DOUBLE", repetition_type },
      ];
  }
}
