import { constants } from "node:buffer";
import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { type AskedColumn, type CsvPause, CsvRecords, CsvStop } from "../wasm/csvrecords.js";
import { placeColumns } from "./columns.js";
import type { Cellular } from "./engine.js";
import { JsonFields, JsonRow } from "./jsonrow.js";
import type { ScanContext, Scanner } from "./scanner.js";
import { TextHead } from "./texthead.js";

const LINE_FEED = 10;
const RETURN = 13;
const lineFeed = Uint8Array.of(LINE_FEED);

/** Bytes that are handed to the kernel at a time, whatever the size of chunks. */
const sliceBytes = 1024 * 1024;

/** A table of Log Analytics has 500 columns at most. */
const mostColumns = 100_000;

/** What scanning for some fields needs, whatever the file: one serves the files of a part, one after the other. */
export class CsvEngine {
  readonly records: CsvRecords;
  readonly found: JsonFields;
  readonly row: JsonRow;

  constructor(fields: readonly string[], shared: Partial<Cellular> = {}) {
    this.found = shared.found ?? new JsonFields(fields);
    this.records = new CsvRecords(this.found.tree.nodes.length, shared.memory, shared.cells);
    this.row = new JsonRow(this.records.cells, this.found);
  }
}

/**
 * Scans CSV (RFC 4180): a header, commas, double quotes, lines that end with CR LF, LF or CR.
 *
 * The kernel cuts records in its own memory and fills cells for the columns that the selection asks for; their texts must be UTF-8. A
 * record with another number of fields than the header is a bad line. A stray quote is text, as most readers take it: taken strictly,
 * it would swallow the records up to the next quote. A record that is not finished is gone on with when more bytes come, so a long one
 * costs no more than its length.
 */
export class CsvScanner implements Scanner {
  readonly #file: string;
  readonly #context: ScanContext;
  readonly #records: CsvRecords;
  readonly #found: JsonFields;
  readonly #row: JsonRow;
  readonly #head: TextHead;
  readonly #longest: number;
  #named = false;
  /** Line ends before the record under way. */
  #lines = 0;

  constructor(file: string, context: ScanContext, engine = new CsvEngine(context.rows.fields)) {
    this.#file = file;
    this.#context = context;
    this.#records = engine.records;
    this.#found = engine.found;
    this.#row = engine.row;
    this.#head = new TextHead(file);
    // a longer text is none that JavaScript can hold
    this.#longest = Math.min(context.maxLineBytes, constants.MAX_STRING_LENGTH);
    this.#records.open();
  }

  push(chunk: Uint8Array): void {
    this.#feed(this.#head.push(chunk));
  }

  end(): void {
    this.#feed(this.#head.end());
    const { input } = this.#records;
    if (input.length === 0) return;
    input.append(lineFeed);
    this.#scan();
    if (input.length === 0) return;
    const before = linesBeforeLast(input.held().subarray(0, -lineFeed.length));
    this.#bad(this.#lines + before + 1, "ends the file within a quoted field: a quote is not closed");
  }

  #feed(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += sliceBytes) {
      this.#records.input.append(bytes.subarray(from, from + sliceBytes));
      this.#scan();
      if (this.#records.searched > this.#longest) this.#tooLong();
    }
  }

  #scan(): void {
    this.#records.scan(this.#longest, (pause) => this.#take(pause));
  }

  #take({ stop, rows, lines, fields }: CsvPause): void {
    this.#lines += lines;
    if (stop === CsvStop.header) this.#askNames(fields);
    else if (this.#named) this.#count(rows);
    else if (rows > 0) this.#place();
    if (stop === CsvStop.badWidth)
      this.#badRecord(`has ${fields} fields, expected ${this.#records.fields} as in the header`);
    else if (stop === CsvStop.badText) this.#badRecord("is not UTF-8");
    else if (stop === CsvStop.longRecord) this.#tooLong();
  }

  #count(rows: number): void {
    this.#context.takeCells(this.#row, rows);
  }

  #askNames(fields: number): void {
    if (fields <= mostColumns && this.#records.askNames(fields)) return;
    throw new DataError(`${inert(this.#file)} has ${fields.toLocaleString("en-US")} columns`, {
      hint: `Files of up to ${mostColumns.toLocaleString("en-US")} columns are read.`,
      details: { file: this.#file, columns: fields },
    });
  }

  /** Asks for the columns that hold fields, once their names are known. */
  #place(): void {
    const { rows, selection } = this.#context;
    const places = placeColumns(this.#file, this.#records.names(), rows.fields, selection);
    const nodes = new Map<number, number>();
    for (const [field, { column, rest }] of places.entries()) {
      const { exact, path } = this.#found.places[field];
      if (column >= 0) nodes.set(column, rest.length === 0 ? exact : path[0]);
    }
    const asked: AskedColumn[] = [...nodes].map(([column, node]) => ({ column, node }));
    this.#records.ask(asked.sort((a, b) => a.column - b.column));
    this.#named = true;
  }

  /** The line of a record is that of its end. */
  #badRecord(message: string): void {
    this.#lines++;
    this.#bad(this.#lines, message);
  }

  /** Where a record starts that is too long to go on after it. */
  #tooLong(): void {
    const line = this.#lines + 1;
    this.#bad(line, `is longer than ${this.#longest.toLocaleString("en-US")} bytes: a quote may not be closed`);
    throw this.#context.problems.unreadable(this.#file, line);
  }

  #bad(line: number, message: string): void {
    this.#context.problems.bad(this.#file, line, null, message);
  }
}

/** Line ends before the last byte. */
function linesBeforeLast(text: Uint8Array): number {
  let lines = 0;
  for (let at = 0; at < text.length - 1; at++)
    if (text[at] === LINE_FEED || (text[at] === RETURN && text[at + 1] !== LINE_FEED)) lines++;
  return lines;
}
