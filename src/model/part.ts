import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { AsyncBuffer } from "hyparquet";
import type { Checksum } from "./checksum.js";
import { reasonOf, refusal } from "./refusal.js";

/** One file of a model, open for reading. */
export interface Part extends AsyncBuffer {
  /** Its path, for messages. */
  path: string;
}

const blockInBytes = 2 ** 20;

/**
 * Opens a file of a model, checks it against what the manifest says of it, and hands it over; closes it in any case.
 * The checksum is taken from the same open file that is then read, so that no other file can come between.
 *
 * @param expected  null where there is no manifest
 */
export async function withPart<T>(
  directory: string,
  name: string,
  expected: Checksum | null,
  use: (part: Part) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const path = join(directory, name);
  const handle = await openPlain(path);
  try {
    const { size } = await handle.stat();
    if (expected) await verify(path, handle, size, expected, signal);
    return await use({ path, byteLength: size, slice: (start, end = size) => readRange(path, handle, start, end) });
  } finally {
    await handle.close();
  }
}

async function openPlain(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    throw refusal({ file: path, expected: "a readable file", found: reasonOf(cause), cause });
  }
}

async function verify(
  path: string,
  handle: FileHandle,
  size: number,
  { bytes, sha256 }: Checksum,
  signal?: AbortSignal,
) {
  if (size !== bytes) throw refusal({ file: path, expected: `${bytes} bytes, as saved`, found: `${size}` });
  const hash = createHash("sha256");
  for (let at = 0; at < size; at += blockInBytes) {
    signal?.throwIfAborted();
    hash.update(new Uint8Array(await readRange(path, handle, at, Math.min(size, at + blockInBytes))));
  }
  const found = hash.digest("hex");
  if (found !== sha256) {
    throw refusal({
      file: path,
      expected: `the content that was saved (SHA-256 ${sha256})`,
      found: `SHA-256 ${found}`,
    });
  }
}

async function readRange(path: string, handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(end - start));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw refusal({ file: path, expected: `${end} bytes`, found: `${start + done}: it was cut` });
    done += bytesRead;
  }
  return bytes.buffer;
}
