/*
 * CSV as csv-parse reads it: what the scanner was before it had a kernel, and what the kernel must agree with.
 */
import { type CsvError, parse } from "csv-parse/sync";
import { type ColumnPlace, placeColumns } from "../../src/ingest/columns.js";
import type { Row } from "../../src/ingest/rows.js";
import type { ScanContext } from "../../src/ingest/scanner.js";
import { TextHead } from "../../src/ingest/texthead.js";
import { follow } from "../../src/ingest/values.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Scans a whole file. Lines in messages are counted as editors do, where csv-parse takes a CR LF within quotes for two. */
export function scanByCsvParse(file: string, context: ScanContext, bytes: Uint8Array): void {
  const head = new TextHead(file);
  const text = Buffer.concat([head.push(bytes), head.end()]);
  const { rows, problems, selection } = context;
  const lineOf = lineCounter(text);
  let places: readonly ColumnPlace[] | undefined;

  const take = (record: string[], line: number) => {
    if (places === undefined) {
      const names = record.map(decode);
      if (names.includes(undefined)) problems.bad(file, line, null, "is not UTF-8");
      else places = placeColumns(file, names as string[], rows.fields, selection);
      return;
    }
    const row = new OracleRow(places, record);
    if (row.valid) rows.take(row);
    else problems.bad(file, line, null, "is not UTF-8");
  };

  // Fields are cut as bytes, one character a byte.
  parse(text, {
    encoding: "latin1",
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    skip_records_with_error: true,
    relax_quotes: true,
    on_record: (record: string[], { bytes }) => {
      take(record, lineOf(bytes));
      return null;
    },
    on_skip: (error) => {
      const open = error?.code === "CSV_QUOTE_NOT_CLOSED";
      const end = open ? text.length : Number((error as { bytes?: unknown } | undefined)?.bytes);
      problems.bad(file, lineOf(end), null, describe(error));
    },
  });
}

/** Tells the line of the last of the first so many bytes; asked in ascending order. */
function lineCounter(text: Uint8Array): (length: number) => number {
  let line = 1;
  let at = 0;
  return (length) => {
    for (; at < length - 1; at++) if (text[at] === 10 || (text[at] === 13 && text[at + 1] !== 10)) line++;
    return line;
  };
}

class OracleRow implements Row {
  readonly valid: boolean;
  readonly #places: readonly ColumnPlace[];
  readonly #texts = new Map<number, string | undefined>();

  constructor(places: readonly ColumnPlace[], record: readonly string[]) {
    this.#places = places;
    for (const { column } of places) if (column >= 0) this.#texts.set(column, decode(record[column]));
    this.valid = [...this.#texts.values()].every((text) => text !== undefined);
  }

  value(field: number): unknown {
    const { column, rest } = this.#places[field];
    if (column < 0) return undefined;
    const text = this.#texts.get(column);
    return rest.length === 0 ? text : follow(text, rest);
  }
}

/** The text of a field that was cut as bytes, or undefined where it is not UTF-8. */
function decode(bytes: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

function describe(error: CsvError | undefined): string {
  switch (error?.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const [, expected, got] = /expect (\d+), got (\d+)/.exec(error.message) ?? [];
      return `has ${got} fields, expected ${expected} as in the header`;
    }
    case "CSV_QUOTE_NOT_CLOSED":
      return "ends the file within a quoted field: a quote is not closed";
    default:
      throw error ?? new Error("csv-parse skipped a record without an error");
  }
}
