/*
 * What is wrong with a line that the scanner refused: such lines are few, so they are looked at with JSON.parse.
 */
import { isAscii } from "node:buffer";

/** Strict, and a byte order mark in the middle of a file is no white space. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const convertHint = "expected JSON lines, one object a line (convert with: jq -c '.[]' FILE)";

/** Says what is wrong with a line, as the end of a sentence that starts with the line. */
export function describeLine(bytes: Buffer<ArrayBuffer>): string {
  const text = decode(bytes);
  if (text === undefined) return "is not UTF-8";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return describe(text, error);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return "is nested deeper than 1,024 levels";
  return `is ${nameOfKind(value)}: ${convertHint}`;
}

/** Whether a last line without a newline is the start of a record that was cut off: all other broken lines are bad. */
export function isTorn(bytes: Buffer<ArrayBuffer>): boolean {
  const start = decode(bytes) ?? bytes.toString("latin1");
  if (!/^[ \t\r]*\{/.test(start) || isJson(start)) return false;
  // A whole record before a carriage return: the file's lines end with carriage returns alone.
  const firstReturn = start.trimEnd().indexOf("\r");
  return firstReturn < 0 || !isJson(start.slice(0, firstReturn));
}

/** Text of bytes, or undefined where they are not UTF-8. */
function decode(bytes: Buffer<ArrayBuffer>): string | undefined {
  if (isAscii(bytes)) return bytes.toString("latin1");
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function nameOfKind(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a JSON array" : `a JSON ${typeof value}`;
}

/** What is wrong with a line that JSON.parse refused. Its own messages differ between versions of Node, and quote the line; ours do not. */
function describe(text: string, error: unknown): string {
  if (/^[ \t\r]*\[/.test(text)) return `starts a JSON array: ${convertHint}`;
  // What an array over many lines looks like to a reader that passed over the line with its bracket.
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
