import { constants } from "node:buffer";
import { CellKind } from "../wasm/cells.js";
import { JsonLines, type ScanPause, ScanStop, type Search } from "../wasm/jsonlines.js";
import { describeLine, isTorn } from "./badjson.js";
import type { Cellular, ScanEngine } from "./engine.js";
import { JsonFields, JsonRow } from "./jsonrow.js";
import { needlesOf } from "./needles.js";
import type { ScanContext, Scanner, TextPlace } from "./scanner.js";
import { TextHead } from "./texthead.js";

const NEWLINE = 10;
const newline = Uint8Array.of(NEWLINE);

/** Bytes that are handed to the kernels at a time, whatever the size of chunks: more is not faster, less costs calls. */
const sliceBytes = 2 * 1024 * 1024;

/** Read at first, to see how the text begins. */
const headBytes = 4096;

/** A longer line is no text that JavaScript can hold, should it be one value. */
const longestLine = constants.MAX_STRING_LENGTH;

const textStart: TextPlace = { offset: 0, line: 0, growing: false };

/** What scanning for some fields needs, whatever the file: one serves all files, one after the other. */
export class JsonEngine {
  readonly lines: JsonLines;
  readonly row: JsonRow;

  /** @param search  null = every line is parsed */
  constructor(fields: readonly string[], search: Search | null = null, shared: Partial<Cellular> = {}) {
    const found = shared.found ?? new JsonFields(fields);
    this.lines = new JsonLines(found.tree.nodes, search, shared.memory, shared.cells);
    this.row = new JsonRow(this.lines.cells, found);
  }

  /** On an engine's memory and rows, passing over what its mode allows. */
  static for({ selection, rules, mode, ...shared }: ScanEngine): JsonEngine {
    const needles = mode === "strict" ? null : needlesOf(selection);
    return new JsonEngine(rules.fields, needles && { needles, checked: mode === "light" }, shared);
  }
}

/**
 * Scans JSON lines: one object a line, or an Event Hubs envelope `{"records":[…]}` of objects.
 *
 * The kernels walk each line exactly, in their own memory, and give rows of places; a value of JavaScript is made only for a field that
 * is asked for. A line is valid where JSON.parse and a strict TextDecoder say so, if it is nested no deeper than 1,024 levels. What is
 * left of a chunk after its last newline is carried over and only new bytes are searched, so a long line costs no more than its
 * length. A key given twice has its last value. Numbers are as `decimalOf` has them.
 *
 * Of lines with a line feed, those without a needle of the selection are passed over, as the mode says.
 *
 *   held    [ start of a line … | … its end \n line \n … line \n | start of a li ]
 *             carried             new: scanned with the carry      is carried
 */
export class JsonScanner implements Scanner {
  readonly #growing: boolean;
  readonly #file: string;
  readonly #context: ScanContext;
  readonly #lines: JsonLines;
  readonly #row: JsonRow;
  readonly #head: TextHead;
  readonly #longest: number;
  /** The unfinished line is too long: its bytes are only counted. */
  #skipping = false;
  /** Where the unfinished line starts, without a byte order mark. */
  #offset = 0;
  /** Bytes of the unfinished line so far. */
  #length = 0;
  /** Where a later reading goes on, once the source has ended: without a byte order mark too. */
  #resume = 0;
  /** Lines begun that were handed to the kernels or skipped. */
  #line: number;

  constructor(
    file: string,
    context: ScanContext,
    engine: JsonEngine,
    { offset, line, growing }: TextPlace = textStart,
  ) {
    this.#growing = growing;
    this.#offset = offset;
    this.#line = line;
    this.#file = file;
    this.#context = context;
    this.#lines = engine.lines;
    this.#row = engine.row;
    this.#head = new TextHead(file, offset);
    this.#longest = Math.min(context.maxLineBytes, longestLine);
    this.#lines.input.clear();
  }

  push(chunk: Uint8Array): void {
    this.#feed(this.#head.push(chunk));
  }

  pull(read: (into: Uint8Array) => number): number {
    if (!this.#head.settled) {
      const chunk = Buffer.allocUnsafe(headBytes);
      const count = read(chunk);
      this.push(chunk.subarray(0, count));
      return count;
    }
    const count = this.#lines.input.fill(sliceBytes, read);
    if (count > 0) this.#received(count);
    return count;
  }

  end(): void {
    this.#feed(this.#head.end());
    this.#resume = this.#offset + this.#length;
    if (this.#length > 0) this.#endLine();
    if (this.#growing) this.#context.problems.resume(this.#file, this.#resume + this.#head.stripped);
  }

  get lines(): number {
    return this.#line;
  }

  /** The last line has no line feed. */
  #endLine(): void {
    if (this.#skipping) {
      this.#line++;
      if (this.#growing) this.#torn(this.#offset);
      else this.#tooLong(this.#offset);
      return;
    }
    this.#lines.input.append(newline);
    this.#scan(this.#length + 1, true);
  }

  #feed(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += sliceBytes)
      this.#feedSlice(bytes.subarray(from, from + sliceBytes));
  }

  #feedSlice(slice: Uint8Array): void {
    this.#lines.input.append(slice);
    this.#received(slice.length);
  }

  /** Takes bytes that were added to those held. */
  #received(count: number): void {
    const { input } = this.#lines;
    const fresh = this.#skipping ? this.#skip(count) : count;
    const end =
      input
        .held()
        .subarray(input.length - fresh)
        .lastIndexOf(NEWLINE) + 1;
    this.#length += fresh;
    if (end > 0) this.#scan(this.#length - fresh + end, false);
    if (this.#length <= this.#longest) return;
    this.#skipping = true;
    input.clear();
  }

  /** Drops what belongs to a line that is too long, of the bytes held. Returns how many are left. */
  #skip(count: number): number {
    const { input } = this.#lines;
    const end = input.held().indexOf(NEWLINE);
    if (end < 0) {
      this.#length += count;
      input.clear();
      return 0;
    }
    this.#line++;
    this.#tooLong(this.#offset);
    this.#offset += this.#length + end + 1;
    this.#length = 0;
    this.#skipping = false;
    input.drop(end + 1);
    return count - end - 1;
  }

  /** Scans the first bytes that are held: whole lines. */
  #scan(end: number, last: boolean): void {
    // the last line may be torn, perhaps before its needle: it is always looked at
    this.#lines.scan(end, this.#longest, (pause) => this.#take(pause, last), last);
    this.#offset += end;
    this.#length -= end;
  }

  #take({ stop, rows, lines, passed, twice }: ScanPause, last: boolean): void {
    this.#context.problems.discarded(passed);
    this.#context.problems.duplicateKeys(twice);
    if (rows > 0) this.#context.takeCells(this.#row, rows);
    this.#line += lines;
    if (stop === ScanStop.done || stop === ScanStop.rowsFull) return;
    const { start, end } = this.#lines.line;
    const offset = this.#offset + start;
    if (stop === ScanStop.longLine) this.#tooLong(offset);
    else if (stop === ScanStop.badRecord)
      this.#bad(offset, `has ${this.#badRecord()} among its records, expected objects`);
    else {
      const bytes = Buffer.from(this.#lines.input.held().subarray(start, end));
      if (last && (this.#growing || isTorn(bytes))) this.#torn(offset);
      else this.#bad(offset, describeLine(bytes));
    }
  }

  #badRecord(): string {
    switch (this.#lines.badRecord) {
      case CellKind.null:
        return "null";
      case CellKind.number:
        return "a JSON number";
      case CellKind.text:
        return "a JSON string";
      case CellKind.array:
        return "a JSON array";
      default:
        return "a JSON boolean";
    }
  }

  #torn(offset: number): void {
    this.#resume = offset;
    this.#context.problems.torn(this.#file, offset + this.#head.stripped);
  }

  #tooLong(offset: number): void {
    this.#bad(offset, `is longer than ${this.#longest.toLocaleString("en-US")} bytes and was skipped`);
  }

  #bad(offset: number, message: string): void {
    this.#context.problems.bad(this.#file, this.#line, () => offset + this.#head.stripped, message);
  }
}
