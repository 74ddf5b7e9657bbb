import { type CsvError, type Parser, parse } from "csv-parse";
import { type ColumnPlace, placeColumns } from "./columns.js";
import type { Row } from "./rows.js";
import type { ScanContext, Scanner } from "./scanner.js";
import { TextHead } from "./texthead.js";
import { follow } from "./values.js";

const NOT_ASCII = /[\x80-\xff]/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Scans CSV (RFC 4180): a header, commas, double quotes, lines that end with CR LF, LF or CR.
 *
 * Fields are cut as bytes (one character a byte) and only those that the selection asks for are decoded, strictly. A record with
 * another number of fields than the header or with bytes that are not UTF-8 is a bad line. A stray quote is text, as most readers
 * take it: taken strictly, it would swallow the records up to the next quote.
 */
export class CsvScanner implements Scanner {
  readonly #file: string;
  readonly #context: ScanContext;
  readonly #head: TextHead;
  readonly #parser: Parser;
  #row: CsvRow | undefined;
  /** What a callback of the parser threw: the parser must not swallow it. */
  #failure: { error: unknown } | undefined;

  constructor(file: string, context: ScanContext) {
    this.#file = file;
    this.#context = context;
    this.#head = new TextHead(file);
    this.#parser = parse({
      encoding: "latin1",
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
      skip_records_with_error: true,
      relax_quotes: true,
      max_record_size: context.maxLineBytes,
      on_record: (record: string[], { lines }) => this.#guard(() => this.#take(record, lines)),
      on_skip: (error) => this.#guard(() => this.#skip(error)),
    });
    this.#parser.on("error", () => {});
    this.#parser.resume();
  }

  async push(chunk: Uint8Array): Promise<void> {
    await this.#write(this.#head.push(chunk));
  }

  async end(): Promise<void> {
    await this.#write(this.#head.end());
    await new Promise<void>((resolve) => {
      this.#parser.on("close", resolve);
      this.#parser.end();
    });
    this.#check();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#parser.write(bytes, () => resolve());
    });
    this.#check();
  }

  #take(record: string[], line: number): void {
    if (this.#row === undefined) {
      const names = decodeAll(record);
      if (names === undefined) {
        this.#bad(line, "is not UTF-8");
        return;
      }
      const { rows, selection } = this.#context;
      this.#row = new CsvRow(placeColumns(this.#file, names, rows.fields, selection));
    } else if (this.#row.load(record)) this.#context.rows.take(this.#row);
    else this.#bad(line, "is not UTF-8");
  }

  #skip(error: CsvError | undefined): void {
    const line = Number((error as { lines?: unknown } | undefined)?.lines ?? 0);
    const code = error?.code ?? "CSV";
    this.#bad(line, describe(code, error?.message ?? "", this.#context.maxLineBytes));
    // The parser cannot go on past a record that is too long.
    if (code === "CSV_MAX_RECORD_SIZE") this.#failure = { error: this.#context.problems.unreadable(this.#file, line) };
  }

  #bad(line: number, message: string): void {
    this.#context.problems.bad(this.#file, line, null, message);
  }

  #guard(action: () => void): undefined {
    if (this.#failure !== undefined) return;
    try {
      action();
    } catch (error) {
      this.#failure = { error };
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** The fields of a record; one row object serves all records. */
class CsvRow implements Row {
  readonly #places: readonly ColumnPlace[];
  readonly #used: readonly number[];
  #record: string[] = [];

  constructor(places: readonly ColumnPlace[]) {
    this.#places = places;
    this.#used = [...new Set(places.map(({ column }) => column).filter((column) => column >= 0))];
  }

  /** Takes a record, its used fields decoded in place. False where one is not UTF-8. */
  load(record: string[]): boolean {
    for (const column of this.#used) {
      const text = decode(record[column]);
      if (text === undefined) return false;
      record[column] = text;
    }
    this.#record = record;
    return true;
  }

  value(field: number): unknown {
    const { column, rest } = this.#places[field];
    if (column < 0) return undefined;
    return rest.length === 0 ? this.#record[column] : follow(this.#record[column], rest);
  }
}

/** The text of a field that was cut as bytes, or undefined where it is not UTF-8. */
function decode(bytes: string): string | undefined {
  if (!NOT_ASCII.test(bytes)) return bytes;
  try {
    return utf8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

function decodeAll(record: readonly string[]): string[] | undefined {
  const names = record.map(decode);
  return names.includes(undefined) ? undefined : (names as string[]);
}

function describe(code: string, message: string, maxLineBytes: number): string {
  switch (code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const [, expected, got] = /expect (\d+), got (\d+)/.exec(message) ?? [];
      return `has ${got} fields, expected ${expected} as in the header`;
    }
    case "CSV_QUOTE_NOT_CLOSED":
      return "ends the file within a quoted field: a quote is not closed";
    case "CSV_MAX_RECORD_SIZE":
      return `is longer than ${maxLineBytes.toLocaleString("en-US")} bytes: a quote may not be closed`;
    default:
      return `is not CSV: ${message}`;
  }
}
