import type { Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { ByomlError } from "../base/errors.js";
import { inert } from "../base/text.js";

/** Where a result is written, whole or not at all. */
export interface ResultTarget {
  /** A local folder that is near it, for work files. */
  readonly folder?: string;
  /**
   * Writes it as a whole.
   *
   * @param chunks  the content; when it throws, or the signal is aborted, what was there before stays as it was
   * @returns the size in bytes
   */
  write(
    chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
}

/**
 * Checks, before any work is done, that a result can be written to `path`, and says under which name: symbolic links are followed, so
 * that a link stays a link.
 *
 * @param inputs  the files that are read; none of them may be the target, under whatever name
 * @throws ByomlError  usage: the folder is missing, the target is a folder, a device or an input
 */
export async function checkTarget(path: string, inputs: readonly string[] = []): Promise<string> {
  const target = await resolveTarget(path);
  const there = await statOf(target);
  if (!there) return target;
  if (there.isDirectory()) throw refuse(path, "expected a file, got a folder", "Name a file in it.");
  if (!there.isFile())
    throw refuse(path, "expected a file, got a device or a pipe", "Use - to write to standard output.");
  for (const input of inputs) {
    const read = await statOf(input);
    if (read && read.dev === there.dev && read.ino === there.ino)
      throw refuse(path, `it is the input ${inert(input)}; results never replace what is read`, "Name another file.");
  }
  return target;
}

async function resolveTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = await statOf(dirname(path));
    if (folder?.isDirectory()) return join(await realpath(dirname(path)), basename(path));
    throw refuse(path, `the folder ${inert(dirname(path))} does not exist`, "Create it first, or name another one.");
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

function refuse(path: string, why: string, hint: string): ByomlError {
  return new ByomlError("usage", `${inert(path)}: ${why}`, { hint, details: { file: path } });
}

/** The formats of result files. */
export type ResultFormat = "jsonl" | "csv" | "parquet";

const formats = new Map<string, ResultFormat>([
  [".jsonl", "jsonl"],
  [".ndjson", "jsonl"],
  [".json", "jsonl"],
  [".csv", "csv"],
  [".parquet", "parquet"],
]);

/** The format that a file's extension stands for; `-` is standard output, JSON lines. */
export function formatOf(path: string): ResultFormat {
  if (path === "-") return "jsonl";
  const format = formats.get(extname(path).toLowerCase());
  if (format) return format;
  const extension = extname(path);
  throw refuse(
    path,
    `expected a name that ends in ${[...formats.keys()].join(", ")}, got ${extension ? inert(extension) : "no extension"}`,
    "The extension decides the format; - writes JSON lines to standard output.",
  );
}
