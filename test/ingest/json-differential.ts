import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { JsonEngine, JsonScanner } from "../../src/ingest/json.js";
import type { Problems } from "../../src/ingest/problems.js";
import type { Row, RowCounter } from "../../src/ingest/rows.js";
import type { ScanContext, Scanner } from "../../src/ingest/scanner.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { backends, useBackend } from "../backends.js";
import { JsonParseScanner } from "./json-oracle.js";

/** Fields of every kind of place: plain, nested, absent, with names that objects inherit, and of lengths around those of the tables. */
export const fields: readonly string[] = [
  "EventID",
  "Account",
  "a",
  "a.b",
  "a.b.c",
  "a.é",
  "a..b",
  "records",
  "records.x",
  "__proto__",
  "constructor",
  "toString.x",
  "",
  ".x",
  "😀",
  "\ud800",
  "\udc00.\ud83d",
  "eight008",
  "n".repeat(63),
  "n".repeat(64),
  "n".repeat(65),
  `${"n".repeat(64)}m`,
];

/** What a scanner made of some bytes: the values of each row, and each line that gave none. */
interface Outcome {
  rows: unknown[][];
  bad: [line: number, offset: number | undefined, message: string][];
  torn: number[];
  refused?: string;
}

function outcome(
  open: (context: ScanContext) => Scanner,
  chunks: readonly Uint8Array[],
  maxLineBytes: number,
  feed = push,
): Outcome {
  const found: Outcome = { rows: [], bad: [], torn: [] };
  const rows: Pick<RowCounter, "fields" | "take"> = {
    fields,
    take: (row: Row) => found.rows.push(fields.map((_, field) => plain(row.value(field)))),
  };
  const problems: Pick<Problems, "bad" | "torn"> = {
    bad: (_, line, locate, message) => found.bad.push([line, locate?.(), message]),
    torn: (_, offset) => found.torn.push(offset),
  };
  const scanner = open({
    rows: rows as RowCounter,
    problems: problems as Problems,
    selection: resolveSelection(),
    maxLineBytes,
  });
  try {
    feed(scanner, chunks);
    void scanner.end();
  } catch (error) {
    if (!(error instanceof DataError)) throw error; // UTF-16 by its first bytes
    found.refused = error.message;
  }
  return found;
}

function push(scanner: Scanner, chunks: readonly Uint8Array[]): void {
  for (const chunk of chunks) void scanner.push(chunk);
}

/** The same bytes, read by the scanner: a chunk is what a read gives, or as much of it as there is room for. */
function pull(scanner: Scanner, chunks: readonly Uint8Array[]): void {
  const rest = chunks.filter(({ length }) => length > 0);
  const read = (into: Uint8Array) => {
    const next = rest.shift();
    if (next === undefined) return 0;
    const given = next.subarray(0, into.length);
    if (given.length < next.length) rest.unshift(next.subarray(given.length));
    into.set(given);
    return given.length;
  };
  while (scanner.pull!(read) > 0);
}

/** Containers are told from other values, their content is not. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null ? "a container" : value;
}

/** One for each build of the kernels; each scans all files, as it would those of a part. */
const engines = backends.map((build) => {
  useBackend(build);
  return new JsonEngine(fields);
});

/** Scans the chunks with the kernels and their bytes with JSON.parse, and expects the same rows, bad lines and torn line. */
export function expectSame(chunks: readonly Uint8Array[], maxLineBytes = 1 << 20): void {
  const wanted = outcome((context) => new JsonParseScanner("f", context), [Buffer.concat(chunks)], maxLineBytes);
  for (const engine of engines) {
    for (const feed of [push, pull]) {
      const found = outcome((context) => new JsonScanner("f", context, engine), chunks, maxLineBytes, feed);
      // says what differs, where the other is fast
      if (!isDeepStrictEqual(found, wanted)) expect(found).toStrictEqual(wanted);
    }
  }
}
