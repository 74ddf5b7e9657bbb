import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { Decimal } from "../../src/ingest/decimal.js";
import { JsonEngine, JsonScanner } from "../../src/ingest/json.js";
import { type ReadMode, readModes } from "../../src/ingest/mode.js";
import type { Problems } from "../../src/ingest/problems.js";
import type { Row, RowCounter } from "../../src/ingest/rows.js";
import type { ScanContext, Scanner } from "../../src/ingest/scanner.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { numberOf, textOf } from "../../src/ingest/values.js";
import type { NeedleSet } from "../../src/wasm/needle-image.js";
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
  discarded: number;
  duplicateKeys: number;
  refused?: string;
}

function outcome(
  open: (context: ScanContext) => Scanner,
  chunks: readonly Uint8Array[],
  maxLineBytes: number,
  mode: ReadMode,
  feed = push,
): Outcome {
  const found: Outcome = { rows: [], bad: [], torn: [], discarded: 0, duplicateKeys: 0 };
  const rows: Pick<RowCounter, "fields" | "take"> = {
    fields,
    take: (row: Row) => found.rows.push(fields.map((_, field) => plain(row.value(field)))),
  };
  const problems: Pick<Problems, "bad" | "torn" | "discarded" | "duplicateKeys"> = {
    bad: (_, line, locate, message) => found.bad.push([line, locate?.(), message]),
    torn: (_, offset) => found.torn.push(offset),
    discarded(lines) {
      found.discarded += lines;
    },
    duplicateKeys(lines) {
      found.duplicateKeys += lines;
    },
  };
  const scanner = open({
    rows: rows as RowCounter,
    takeCells(row, count) {
      for (row.row = 0; row.row < count; row.row++) rows.take(row);
    },
    problems: problems as Problems,
    selection: resolveSelection(),
    maxLineBytes,
    mode,
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

/** Containers are told from other values, their content is not; a number is its text and its size. */
function plain(value: unknown): unknown {
  if (typeof value === "number" || value instanceof Decimal) return { text: textOf(value), number: numberOf(value) };
  return typeof value === "object" && value !== null ? "a container" : value;
}

/** For each build of the kernels one for each mode; each scans all files, as it would those of a part. */
function enginesFor(needles: NeedleSet | null): Record<ReadMode, JsonEngine>[] {
  return backends.map((build) => {
    useBackend(build);
    const searching = (checked: boolean) => new JsonEngine(fields, needles && { needles, checked });
    return { strict: new JsonEngine(fields), fast: searching(false), light: searching(true) };
  });
}

/**
 * Scans the chunks with the kernels and their bytes with JSON.parse, and expects the same rows, bad lines and torn line, and as many
 * lines discarded.
 */
export function comparison(needles: NeedleSet | null) {
  const engines = enginesFor(needles);
  return (chunks: readonly Uint8Array[], maxLineBytes = 1 << 20): void => {
    for (const mode of needles === null ? (["strict"] as const) : readModes) {
      const oracle = (context: ScanContext) => new JsonParseScanner("f", context, needles);
      const wanted = outcome(oracle, [Buffer.concat(chunks)], maxLineBytes, mode);
      for (const engine of engines)
        for (const feed of [push, pull]) {
          const open = (context: ScanContext) => new JsonScanner("f", context, engine[mode]);
          const found = outcome(open, chunks, maxLineBytes, mode, feed);
          // says what differs, where the other is fast
          if (!isDeepStrictEqual(found, wanted)) expect({ mode, ...found }).toStrictEqual({ mode, ...wanted });
        }
    }
  };
}

/** The comparison where every line is walked. */
export const expectSame = comparison(null);
