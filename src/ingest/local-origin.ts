import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { DataError } from "../base/errors.js";
import { ReplacedError } from "../base/replaced.js";
import { inert } from "../base/text.js";
import { fileSource } from "./files.js";
import type { Format } from "./formats.js";
import type { Known, Listed, ListOptions, Origin, Slice } from "./origin.js";
import { wholeFile } from "./ranges.js";
import { type ByteSource, planInputs } from "./sources.js";

/** Bytes before a place in a file that tell whether it is still the same file: a log line holds times and ids. */
const markBytes = 4096;

/**
 * A local file or folder whose files grow.
 *
 * Copying tools replace a file by a longer one with the same beginning, so whether a file has grown or is another is told by its
 * content: the bytes before the place up to which it was read must be the same. Files of other formats than plain JSON lines are read as a whole, and
 * anew when they change.
 */
export class LocalOrigin implements Origin {
  readonly name: string;
  readonly #path: string;
  readonly #format: Format | undefined;

  /** @param format  of a file that is named itself, whatever its extension */
  constructor(path: string, format?: Format) {
    this.#path = path;
    this.#format = format;
    this.name = inert(path, 300);
  }

  /** @throws DataError  when the path does not exist, or is no file or folder */
  async list({ known, signal }: ListOptions = {}): Promise<readonly Listed[]> {
    const listed: Listed[] = [];
    for (const { path, format, gzip } of await this.#files()) {
      signal?.throwIfAborted();
      const name = realpathSync.native(path!);
      const info = statSync(name, { bigint: true, throwIfNoEntry: false });
      if (info === undefined) continue; // gone since the folder was walked
      if (!info.isFile())
        throw new DataError(`${inert(path!, 200)} is no plain file: it cannot be read again and again`, {
          hint: "Name files or folders.",
        });
      const grows = format === "json" && !gzip && !isPacked(name);
      const etag = etagOf(info);
      const created = grows ? createdOf(name, Number(info.size), etag, known?.(name)) : "whole";
      listed.push({ name, etag, created, length: Number(info.size), grows, format, gzip });
    }
    return listed.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  source({ name, from, to, format, gzip, grows }: Slice): ByteSource {
    return grows
      ? fileSource(name, to - from, format, gzip, { ...wholeFile, from, growing: true })
      : fileSource(name, to, format, gzip);
  }

  /** @throws ReplacedError  when the file is gone, shorter, or another by now: then the slice was not what follows the bytes before it */
  async markOf({ name, grows, created, from }: Slice, read: number): Promise<string> {
    if (!grows) return created;
    if (from > 0 && markAt(name, from) !== created) throw new ReplacedError(name, "was replaced");
    const mark = markAt(name, read);
    if (mark === undefined) throw new ReplacedError(name, "was deleted or cut");
    return mark;
  }

  /** The files; none where a folder has none yet. */
  async #files(): Promise<readonly ByteSource[]> {
    const info = statSync(this.#path, { throwIfNoEntry: false });
    try {
      return (await planInputs([this.#path], { format: this.#format })).sources;
    } catch (error) {
      if (info?.isDirectory() && error instanceof DataError && error.cause === undefined) return [];
      throw error;
    }
  }
}

function etagOf({ size, mtimeNs, dev, ino }: BigIntStats): string {
  return [size, mtimeNs, dev, ino].join("-");
}

/** What a file is told by: as remembered where its content goes on with what was read, else by what it is now. */
function createdOf(name: string, size: number, etag: string, known: Known | undefined): string {
  if (known === undefined) return `new ${etag}`;
  if (known.etag === etag) return known.created;
  return known.read <= size && markAt(name, known.read) === known.created ? known.created : `new ${etag}`;
}

/** A hash of what stands before an offset; undefined where the file does not reach it. */
function markAt(name: string, offset: number): string | undefined {
  const wanted = Math.min(markBytes, offset);
  const bytes = Buffer.alloc(wanted);
  let file: number;
  try {
    file = openSync(name, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    let count = 0;
    while (count < wanted) {
      const more = readSync(file, bytes, count, wanted - count, offset - wanted + count);
      if (more === 0) return undefined;
      count += more;
    }
  } finally {
    closeSync(file);
  }
  return `${offset} ${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}`;
}

/** Whether a file starts with gzip's magic bytes. */
function isPacked(name: string): boolean {
  const reader = fileSource(name, 0, "json", false).reader!();
  try {
    return reader.packed;
  } finally {
    reader.close();
  }
}
