import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { FileReader } from "./filereader.js";
import type { Format } from "./formats.js";
import type { ByteRange } from "./ranges.js";
import type { ByteSource } from "./sources.js";

/** Large enough that the cost of a read is small beside parsing it, small enough to stay in the cache. */
const chunkBytes = 512 * 1024;

/**
 * A local file.
 *
 * @param size   bytes that will be read; undefined for what is no plain file, such as a named pipe
 * @param range  the lines of it that will be read, where the format has lines; all otherwise
 */
export function fileSource(
  path: string,
  size: number | undefined,
  format: Format,
  gzip: boolean,
  range?: ByteRange,
): ByteSource {
  return {
    name: path,
    path,
    size,
    format,
    gzip,
    range,
    open: (signal) =>
      range === undefined ? createReadStream(path, { highWaterMark: chunkBytes, signal }) : chunksOf(path, range),
    // What has no size is read from front to back, and waits for whoever writes it.
    reader: size === undefined ? undefined : () => new FileReader(path, range),
    slice: size === undefined ? undefined : (start, end) => readRange(path, start, end),
  };
}

/** A range of a local file. */
export function rangeOf({ name, path, format, gzip }: ByteSource, size: number, range: ByteRange): ByteSource {
  return { ...fileSource(path!, size, format, gzip, range), name };
}

/** Standard input, or a stream in its place. */
export function stdinSource(format: Format, stdin: Readable = process.stdin): ByteSource {
  return {
    name: "-",
    format,
    gzip: false,
    open: (signal) => (signal === undefined ? stdin : addAbortSignal(signal, stdin)),
  };
}

async function* chunksOf(path: string, range: ByteRange): AsyncIterable<Uint8Array> {
  const reader = new FileReader(path, range);
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const count = reader.read(chunk);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    }
  } finally {
    reader.close();
  }
}

async function readRange(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(Math.max(0, end - start));
  const file = await open(path);
  try {
    let at = 0;
    while (at < buffer.byteLength) {
      const { bytesRead } = await file.read(new Uint8Array(buffer, at), 0, buffer.byteLength - at, start + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return at === buffer.byteLength ? buffer : buffer.slice(0, at);
  } finally {
    await file.close();
  }
}
