/*
 * Whole reads and writes at a place in a file. The system may do less than it is asked: that is gone on with, or is an error here.
 */
import { read, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { diskError } from "../base/disk-error.js";
import { DataError } from "../base/errors.js";

export { diskError } from "../base/disk-error.js";

/** A file that is open, with its path for messages. */
export interface OpenFile {
  readonly fd: number;
  readonly path: string;
}

/** Linux refuses more than this at once. */
const MOST = 1 << 30;
const readAsync = promisify(read);

/** @throws ByomlError naming the file and the remedy: a full disk, a limit, a failing disk */
export function writeAll({ fd, path }: OpenFile, bytes: Uint8Array, position: number): void {
  try {
    for (let done = 0; done < bytes.length; )
      done += writeSync(fd, bytes, done, Math.min(MOST, bytes.length - done), position + done);
  } catch (cause) {
    throw diskError(`cannot write ${path}`, cause);
  }
}

/** @throws DataError where the file ends too early; ByomlError where it cannot be read */
export function readAll({ fd, path }: OpenFile, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    let count: number;
    try {
      count = readSync(fd, bytes, done, Math.min(MOST, bytes.length - done), position + done);
    } catch (cause) {
      throw diskError(`cannot read ${path}`, cause);
    }
    if (count === 0) throw endsEarly(path, position + done);
    done += count;
  }
}

/** `readAll` without keeping the calling thread. */
export async function readAllAsync({ fd, path }: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await readAsync(fd, bytes, done, Math.min(MOST, bytes.length - done), position + done).catch(
      (cause: unknown) => {
        throw diskError(`cannot read ${path}`, cause);
      },
    );
    if (bytesRead === 0) throw endsEarly(path, position + done);
    done += bytesRead;
  }
}

function endsEarly(path: string, at: number): DataError {
  return new DataError(`${path}: ends at byte ${at}, before its data does`, {
    hint: "Something has cut the file off while it was in use. Run again.",
    details: { file: path, byte: at },
  });
}
