/*
 * Rows of any columns as files: JSON lines, CSV or Parquet.
 */
import { stringify } from "csv-stringify/sync";
import type { Encoder } from "./encoder.js";
import type { ResultFormat } from "./target.js";

/** A column of text, of numbers, or of times in ISO 8601; any may be null. */
export interface RecordColumn {
  readonly name: string;
  readonly type: "string" | "real" | "datetime";
}

/** Some rows; a column that is missing is null. */
export type RecordBatch = readonly Readonly<Record<string, string | number | null>>[];

const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/** The encoder of a format; each with its library is loaded when it is used. */
export async function recordEncoderOf(
  format: ResultFormat,
  columns: readonly RecordColumn[],
): Promise<Encoder<RecordBatch>> {
  switch (format) {
    case "jsonl":
      return jsonLines(columns);
    case "csv":
      return csv(columns);
    case "parquet":
      return parquet(columns);
  }
}

function jsonLines(columns: readonly RecordColumn[]): Encoder<RecordBatch> {
  const ordered = (row: RecordBatch[number]) =>
    Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
  return {
    head: () => nothing,
    rows: (batch) => encoder.encode(batch.map((row) => `${JSON.stringify(ordered(row))}\n`).join("")),
    end: () => nothing,
  };
}

/** As in results, text that a spreadsheet would run as a formula gets an apostrophe in front. */
function csv(columns: readonly RecordColumn[]): Encoder<RecordBatch> {
  return {
    head: () => encoder.encode(`${columns.map(({ name }) => name).join(",")}\n`),
    rows: (batch) =>
      encoder.encode(
        stringify(
          batch.map((row) => columns.map(({ name }) => row[name] ?? null)),
          { escape_formulas: true },
        ),
      ),
    end: () => nothing,
  };
}

/** Times are TIMESTAMP in milliseconds. */
async function parquet(columns: readonly RecordColumn[]): Promise<Encoder<RecordBatch>> {
  const { parquetFile } = await import("./parquet-file.js");
  const typeOf = {
    string: { type: "BYTE_ARRAY", converted_type: "UTF8" },
    real: { type: "DOUBLE" },
    datetime: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  } as const;
  const stored = (value: string | number | null, type: RecordColumn["type"]) =>
    value !== null && type === "datetime" ? BigInt(Date.parse(String(value))) : value;
  return parquetFile(
    columns.map(({ name, type }) => ({ name, ...typeOf[type], repetition_type: "OPTIONAL" }) as const),
    (batch: RecordBatch) =>
      columns.map(({ name, type }) => ({ name, data: batch.map((row) => stored(row[name] ?? null, type)) })),
  );
}
