import type { Stats } from "node:fs";
import { DataError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { FileReader } from "./filereader.js";
import { fileSource } from "./files.js";
import type { Format } from "./formats.js";
import { wholeFile } from "./ranges.js";
import type { ByteSource } from "./sources.js";

/** A file that is expected to grow, read from a byte on: from 0 at first, then from where the report of the reading before says. */
export interface GrowingInput {
  path: string;
  /** Byte offset at which a line starts. */
  from: number;
}

const option = "--from-offset";

/**
 * A growing file as a source.
 *
 * @param size  of the file in bytes, now
 * @throws OptionError  where it cannot be read from an offset: it is not of JSON lines, or packed
 * @throws DataError  when it ends before the offset
 */
export function growingSource({ path, from }: GrowingInput, size: number, format: Format, gzip: boolean): ByteSource {
  if (!Number.isSafeInteger(from) || from < 0) throw new OptionError(option, "a whole number from 0", from);
  const what = kindOf(path, format, gzip);
  if (what !== undefined) throw cannotGrow(path, what);
  const shown = inert(path, 200);
  if (from > size)
    throw new DataError(
      `${shown} has ${count(size)} bytes, which is less than the offset ${count(from)} to go on from`,
      {
        hint: `It was cut or replaced since it was read: read it anew, with ${option} 0.`,
        details: { file: path, size, offset: from },
      },
    );
  return fileSource(path, size - from, format, gzip, { ...wholeFile, from, growing: true });
}

/** @throws OptionError  for folders and pipes */
export function checkPlain(path: string, info: Stats): void {
  if (!info.isFile()) throw cannotGrow(path, info.isDirectory() ? "a folder" : "no plain file");
}

function cannotGrow(path: string, what: string): OptionError {
  const message = `expected an uncompressed file of JSON lines, but ${inert(path, 200)} is ${what}`;
  return new OptionError(option, message);
}

/** What a file is if it is not what can be read from an offset. */
function kindOf(path: string, format: Format, gzip: boolean): string | undefined {
  if (format !== "json") return format === "csv" ? "CSV" : "Parquet";
  return gzip || isPacked(path) ? "gzip" : undefined;
}

function isPacked(path: string): boolean {
  const reader = new FileReader(path);
  try {
    return reader.packed;
  } finally {
    reader.close();
  }
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
