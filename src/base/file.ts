/*
 * Files that are there whole or not at all: written beside the target under another name, flushed to the disk, then renamed over it.
 * Whoever reads the target sees the old file or the new one; an error, an abort or a full disk leaves the old one.
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "./folders.js";

/** Temporary files of this process; what is left of them when it ends in a hurry is removed. */
const unfinished = new Set<string>();
let watching = false;

/**
 * Writes a file as a whole.
 *
 * @param chunks  the content; when it throws, or the signal is aborted, the target stays as it was
 * @returns the size in bytes
 */
export async function replaceFile(
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  signal?.throwIfAborted();
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
  watch();
  unfinished.add(temporary);
  let file: FileHandle | undefined;
  let size = 0;
  try {
    const old = await stat(path).catch(() => undefined);
    file = await open(temporary, "wx", old ? old.mode & 0o777 : undefined); // a private file stays private
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      await file.writeFile(bytes);
      size += bytes.length;
    }
    await file.sync();
    await file.close();
    file = undefined;
    signal?.throwIfAborted();
    await rename(temporary, path);
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  } finally {
    unfinished.delete(temporary);
  }
  await syncFolder(folder);
  return size;
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const temporary of unfinished) rmSync(temporary, { force: true });
  });
}
