import { isAscii } from "node:buffer";
import { Decimal } from "../../src/ingest/decimal.js";
import { type FieldPlace, placeOf } from "../../src/ingest/paths.js";
import type { Row } from "../../src/ingest/rows.js";
import type { ScanContext, Scanner } from "../../src/ingest/scanner.js";
import { TextHead } from "../../src/ingest/texthead.js";
import type { NeedleSet } from "../../src/wasm/needle-image.js";
import { Literal, Members, parseLiterals, textOfNumber } from "./json-literals.js";
import { hasGoodTexts, isHit } from "./needle-oracle.js";

const NEWLINE = 10;
const BLANK = /^[ \t\r]*$/;

/** Strict, and a byte order mark in the middle of a file is no white space. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const convertHint = "expected JSON lines, one object a line (convert with: jq -c '.[]' FILE)";

/**
 * The oracle of the scanner's tests: it was the scanner before the kernels were. Whole lines are decoded by a fatal TextDecoder and
 * parsed by JSON.parse, and fields are looked up in the object.
 *
 * Of lines with a line feed, those without a needle are discarded, if there are needles and the mode is not strict; in light mode if
 * their texts are good.
 */
export class JsonParseScanner implements Scanner {
  readonly #file: string;
  readonly #context: ScanContext;
  readonly #head: TextHead;
  readonly #row: JsonParseRow;
  readonly #needles: NeedleSet | null;
  /** Bytes of an unfinished line, unless it is being skipped. */
  #carry = Buffer.alloc(0);
  #carried = 0;
  #skipping = false;
  /** Where the unfinished line starts, without a byte order mark. */
  #offset = 0;
  /** Bytes of the unfinished line so far. */
  #length = 0;
  /** Lines finished. */
  #line = 0;

  constructor(file: string, context: ScanContext, needles: NeedleSet | null = null) {
    this.#needles = context.mode === "strict" ? null : needles;
    this.#file = file;
    this.#context = context;
    this.#head = new TextHead(file);
    this.#row = new JsonParseRow(context.rows.fields);
  }

  push(chunk: Uint8Array): void {
    this.#feed(this.#head.push(chunk));
  }

  end(): void {
    this.#feed(this.#head.end());
    if (this.#length === 0) return;
    this.#line++;
    const bytes = this.#carry.subarray(0, this.#carried);
    if (this.#skipping) this.#tooLong(this.#offset);
    else if (isTorn(bytes)) this.#context.problems.torn(this.#file, this.#offset + this.#head.stripped);
    else this.#takeLine(decode(bytes), () => this.#offset);
  }

  #feed(bytes: Uint8Array): void {
    let start = 0;
    if (this.#length > 0) {
      const newline = bytes.indexOf(NEWLINE);
      this.#hold(newline < 0 ? bytes : bytes.subarray(0, newline));
      if (newline < 0) return;
      this.#finishLine();
      start = newline + 1;
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > start) {
      this.#takeBlock(bytes.subarray(start, end));
      this.#offset += end - start;
      start = end;
    }
    this.#hold(bytes.subarray(start));
  }

  /** Keeps the start or middle of an unfinished line. */
  #hold(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.#context.maxLineBytes) {
      this.#skipping = true;
      this.#carry = Buffer.alloc(0);
      this.#carried = 0;
      return;
    }
    this.#carry = growBytes(this.#carry, this.#carried, this.#carried + bytes.length);
    this.#carry.set(bytes, this.#carried);
    this.#carried += bytes.length;
  }

  /** Takes the line that the last chunk left unfinished, now that its newline is found. */
  #finishLine(): void {
    this.#line++;
    if (this.#skipping) this.#tooLong(this.#offset);
    else this.#takeBytes(this.#carry.subarray(0, this.#carried), () => this.#offset);
    this.#offset += this.#length + 1;
    this.#length = 0;
    this.#carried = 0;
    this.#skipping = false;
  }

  /** Takes whole lines. */
  #takeBlock(block: Uint8Array): void {
    const atOnce = this.#needles === null && block.length <= this.#context.maxLineBytes;
    const text = atOnce ? decode(block) : undefined;
    if (text === undefined) {
      this.#takeLines(block);
      return;
    }
    for (let from = 0; from < text.length; ) {
      const to = text.indexOf("\n", from);
      const start = from;
      this.#line++;
      if (to > from) this.#takeLine(text.slice(from, to), () => this.#offset + Buffer.byteLength(text.slice(0, start)));
      from = to + 1;
    }
  }

  /** Takes whole lines one by one, as some are not valid or too long. */
  #takeLines(block: Uint8Array): void {
    for (let from = 0; from < block.length; ) {
      const to = block.indexOf(NEWLINE, from);
      const start = from;
      this.#line++;
      if (to - from > this.#context.maxLineBytes) this.#tooLong(this.#offset + from);
      else this.#takeBytes(block.subarray(from, to), () => this.#offset + start);
      from = to + 1;
    }
  }

  /** Takes a line that ended with a line feed, unless it is discarded. */
  #takeBytes(bytes: Uint8Array, locate: () => number): void {
    const passes = this.#needles !== null && !isHit(this.#needles, bytes);
    if (passes && (this.#context.mode === "fast" || hasGoodTexts(bytes))) this.#context.problems.discarded(1);
    else if (bytes.length > 0) this.#takeLine(decode(bytes), locate);
  }

  /** @param text  undefined where the bytes are not UTF-8 */
  #takeLine(text: string | undefined, locate: () => number): void {
    if (text === undefined) {
      this.#bad(locate, "is not UTF-8");
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (!BLANK.test(text)) this.#bad(locate, describe(text, error));
      return;
    }
    if (isObject(value) && depthOf(text) > 1024) this.#bad(locate, "is nested deeper than 1,024 levels");
    else if (isObject(value)) this.#takeObject(parseLiterals(text) as Members, locate);
    else this.#bad(locate, `is ${nameOfKind(value)}: ${convertHint}`);
  }

  /** Takes a record, or the records of an envelope: an object that has nothing else. */
  #takeObject(value: Members, locate: () => number): void {
    const records = value.get("records");
    const isEnvelope = Array.isArray(records) && value.size === 1;
    const objects = [value, ...(isEnvelope ? records.filter((record) => record instanceof Members) : [])];
    this.#context.problems.duplicateKeys(Number(objects.some((object) => this.#row.hasTwice(object))));
    if (!isEnvelope) {
      this.#takeRecord(value);
      return;
    }
    for (const record of records) {
      if (record instanceof Members) this.#takeRecord(record);
      else this.#bad(locate, `has ${nameOfKind(record)} among its records, expected objects`);
    }
  }

  #takeRecord(record: Members): void {
    this.#row.record = record;
    this.#context.rows.take(this.#row);
  }

  #tooLong(offset: number): void {
    const limit = this.#context.maxLineBytes.toLocaleString("en-US");
    this.#bad(() => offset, `is longer than ${limit} bytes and was skipped`);
  }

  #bad(locate: () => number, message: string): void {
    this.#context.problems.bad(this.#file, this.#line, () => locate() + this.#head.stripped, message);
  }
}

/** Text of bytes, or undefined where they are not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether a last line without a newline is the start of a record that was cut off: all other broken lines are bad. */
function isTorn(bytes: Uint8Array): boolean {
  const start = decode(bytes) ?? Buffer.from(bytes).toString("latin1");
  if (!/^[ \t\r]*\{/.test(start) || isJson(start)) return false;
  // A whole record before a carriage return: the file's lines end with carriage returns alone.
  const firstReturn = start.trimEnd().indexOf("\r");
  return firstReturn < 0 || !isJson(start.slice(0, firstReturn));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Containers that are open at a time in valid JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "{" || token === "[") deepest = Math.max(deepest, ++depth);
    else if (token === "}" || token === "]") depth--;
  }
  return deepest;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOfKind(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Literal) return "a JSON number";
  return Array.isArray(value) ? "a JSON array" : `a JSON ${typeof value}`;
}

/** What is wrong with a line that JSON.parse refused; its own messages quote the line and differ between versions of Node. */
function describe(text: string, error: unknown): string {
  if (/^[ \t\r]*\[/.test(text)) return `starts a JSON array: ${convertHint}`;
  const element = text.trimEnd();
  if (element.endsWith("},") && isJson(element.slice(0, -1)))
    return `ends with a comma, as in a JSON array: ${convertHint}`;
  if (text.trimEnd().includes("\r"))
    return "is not JSON: it holds carriage returns without line feeds; end lines with line feeds";
  const message = error instanceof Error ? error.message : String(error);
  if (/end of JSON input|[Uu]nterminated|after (?:array element|property)/.test(message) && !/[}\]]\s*$/.test(text))
    return "is not JSON: unexpected end; the line may be cut, or a record spread over lines (convert with: jq -c . FILE)";
  const [unexpected] = /^Unexpected token '.'(?=,)/su.exec(message) ?? [];
  // whatever else quotes is not passed on: names stand in lines
  return `is not JSON: ${unexpected ?? (message.includes('"') ? "unexpected text" : message)}`;
}

/** The fields of a parsed JSON object. */
class JsonParseRow implements Row {
  record = new Members();
  readonly #places: readonly FieldPlace[];
  readonly #asked: Asked = new Map([["records", new Map()]]);

  constructor(fields: readonly string[]) {
    this.#places = fields.map(placeOf);
    for (const { name, path } of this.#places) {
      ask(this.#asked, [name]);
      if (path !== null) ask(this.#asked, [path.root, ...path.rest]);
    }
  }

  value(field: number): unknown {
    const { name, path } = this.#places[field];
    const value = this.record.get(name);
    const found = value !== undefined || path === null ? value : follow(this.record.get(path.root), path.rest);
    return found instanceof Literal ? new Decimal(textOfNumber(found)) : found;
  }

  /** Whether a key that is asked for stands twice in a record or in an object in it. */
  hasTwice(record: Members): boolean {
    return standsTwice(record, this.#asked);
  }
}

/** The names that are asked for, and those below each. */
type Asked = Map<string, Asked>;

function ask(asked: Asked, path: readonly string[]): void {
  const [name, ...rest] = path;
  if (!asked.has(name)) asked.set(name, new Map());
  if (rest.length > 0) ask(asked.get(name)!, rest);
}

function standsTwice(object: Members, asked: Asked): boolean {
  return [...asked].some(([name, below]) => {
    const value = object.get(name);
    return object.twice.has(name) || (value instanceof Members && standsTwice(value, below));
  });
}

function follow(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at === "string") at = /^\s*\{/.test(at) && isJson(at) ? parseLiterals(at) : undefined;
    if (!(at instanceof Members)) return undefined;
    at = at.get(name);
  }
  return at;
}

/** A buffer of at least `needed` bytes that holds the first `used` of the old one; doubling, so that appending is linear. */
function growBytes(buffer: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = Buffer.alloc(Math.max(needed, buffer.length * 2, 1024));
  larger.set(buffer.subarray(0, used));
  return larger;
}
