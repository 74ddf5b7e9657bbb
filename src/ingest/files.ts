import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import type { Format } from "./formats.js";
import type { ByteSource } from "./sources.js";

/** Large enough that the cost of a read is small beside parsing it, small enough to stay in the cache. */
const chunkBytes = 512 * 1024;

/** A local file. */
export function fileSource(path: string, size: number | undefined, format: Format, gzip: boolean): ByteSource {
  return {
    name: path,
    path,
    size,
    format,
    gzip,
    open: (signal) => createReadStream(path, { highWaterMark: chunkBytes, signal }),
    // What is no plain file, such as a named pipe, has no size and is read from front to back.
    slice: size === undefined ? undefined : (start, end) => readRange(path, start, end),
  };
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
