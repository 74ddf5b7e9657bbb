import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";

/** A chunk is a turn of the thread pool and of the event loop: a quarter of the size costs a tenth more time. */
const chunkBytes = 1024 * 1024;

/**
 * The plain bytes of a source: unpacked where they start with gzip's magic bytes, as they are otherwise.
 *
 * @param chunks  the bytes as stored
 * @param named   whether the name says gzip; then anything else is an error
 * @throws DataError  while iterating, when the stream is cut or damaged: what follows the damage cannot be recovered
 */
export async function* plainBytes(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  named: boolean,
): AsyncIterable<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    const head: Uint8Array[] = [];
    let length = 0;
    while (length < 2) {
      const next = await iterator.next();
      if (next.done) break;
      head.push(next.value);
      length += next.value.length;
    }
    const start = head.length === 1 ? head[0] : Buffer.concat(head);
    const rest = startingWith(start, iterator);
    if (start[0] === 0x1f && start[1] === 0x8b) yield* gunzip(rest, name);
    else if (named && length > 0)
      throw new DataError(`${inert(name)}: expected gzip, as the name says, but it does not start as gzip does`, {
        hint: "Rename the file, or copy it again.",
        details: { file: name },
      });
    else yield* rest;
  } finally {
    await iterator.return?.();
  }
}

async function* startingWith(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, name: string): AsyncIterable<Uint8Array> {
  const unzip = createGunzip({ chunkSize: chunkBytes });
  // The callback only keeps the pipeline from throwing elsewhere: its error arrives through the iteration below.
  pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), unzip, () => {});
  let bytes = 0;
  try {
    for await (const chunk of unzip as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw unpackable(name, bytes, cause);
  }
}

/** An error of zlib, as one that names the file; others as they are. */
export function unpackable(name: string, bytes: number, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (typeof code !== "string" || !code.startsWith("Z_")) return cause;
  const what = code === "Z_BUF_ERROR" ? "ends too early" : "is damaged";
  return new DataError(`${inert(name)}: the gzip stream ${what}, after ${bytes.toLocaleString("en-US")} plain bytes`, {
    hint: "The file may still be written or its copy was cut: copy it again, or leave it out.",
    details: { file: name, plainBytes: bytes, code },
    cause,
  });
}
