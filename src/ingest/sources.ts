import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { DataError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { FileReader } from "./filereader.js";
import { fileSource, stdinSource } from "./files.js";
import { checkFormat, type Format, formatOfName, isHidden, knownExtensions, unknownFormat } from "./formats.js";
import type { ByteRange } from "./ranges.js";
import { checkPlain, type GrowingInput, growingSource } from "./resume.js";

/**
 * Bytes from somewhere: a local file, stdin, a blob. Everything past this interface is the same for all of them.
 */
export interface ByteSource {
  /** What messages and reports call it; chosen by whoever wrote the file, so make it inert where a person reads it. */
  readonly name: string;
  /** The local file, where there is one: a scanner in another thread can open it by itself. */
  readonly path?: string;
  /** Bytes as stored, where known. */
  readonly size?: number;
  readonly format: Format;
  /** Whether the name says that it is gzip. Gzip is recognised by its first bytes as well. */
  readonly gzip: boolean;
  /** The lines that are read of a local file; all without it. */
  readonly range?: ByteRange;
  /**
   * The bytes as stored, in order, in chunks of any size that stay valid after the next one is asked for. It can be opened once
   * for stdin, else as often as needed. An abort makes the iteration reject soon, with any reason.
   */
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** The same, read by the thread itself into its own memory, where that waits for no one: local plain files. */
  reader?(): FileReader;
  /** Any range of the bytes, where the source can be read out of order; Parquet is read whole into memory otherwise. */
  slice?(start: number, end: number, signal?: AbortSignal): Promise<ArrayBuffer>;
}

/** What will be read, in this order: the answer to --dry-run. */
export interface InputPlan {
  readonly sources: readonly ByteSource[];
  readonly files: number;
  /** Bytes as stored, of those whose size is known. */
  readonly bytes: number;
  /** Files in folders that are of no known format, or hidden by a name that starts with a dot or an underscore. */
  readonly ignored: number;
  /** Bytes that sources may hold while others are read: what they read ahead. */
  readonly aheadInBytes?: number;
}

/** Inputs that are no local paths, such as the URLs of blobs. */
export interface RemoteInputs {
  readonly aheadInBytes: number;
  /** Whether an input is one of them. */
  has(input: string): boolean;
  /** What there is to read of an input, in the order of names. */
  find(input: string): Promise<{ sources: readonly ByteSource[]; ignored: number }>;
}

export interface InputOptions {
  /** The format of stdin (default JSON lines) and of files that are named one by one, whatever their extension. */
  format?: Format;
  /** What `-` reads; the process's own by default. */
  stdin?: Readable;
  /** Who finds inputs that are no local paths; all are without it. */
  remote?: RemoteInputs;
}

/**
 * Finds what there is to read.
 *
 * @param inputs  files; folders, walked to any depth in the order of their paths; `-` for stdin; files that grow, with an offset. A
 *                file that is reached twice is read once, so that nothing counts double. Folders behind symbolic links are walked,
 *                once each.
 * @throws DataError  when a path does not exist, a file ends before its offset, or nothing to read is found
 * @throws OptionError  when a file's format cannot be told, or it cannot be read from an offset
 */
export async function planInputs(
  inputs: readonly (string | GrowingInput)[],
  options: InputOptions = {},
): Promise<InputPlan> {
  const format = checkFormat(options.format);
  const found: Found = { sources: [], seen: new Set(), ignored: 0, walked: 0, remote: false };
  for (const input of inputs) {
    if (input === "-") addStdin(found, format ?? "json", options.stdin);
    else if (options.remote?.has(pathOf(input))) await addRemote(found, input, options.remote);
    else if (typeof input === "string") await addPath(found, input, format);
    else await addPath(found, input.path, format, input);
  }
  if (found.sources.length === 0) {
    const where =
      inputs.length === 0 ? "no input was given" : `nothing to read in ${inputs.map(pathOf).map(shown).join(", ")}`;
    const ignored = found.ignored === 0 ? "" : `; ${found.ignored} other files are there`;
    throw new DataError(`${where}: looked for ${knownExtensions}${ignored}`, {
      hint: "Name files, folders or - for stdin; files of other names can be named one by one with --format json|csv|parquet.",
    });
  }
  return {
    sources: found.sources,
    files: found.sources.length,
    bytes: found.sources.reduce((sum, { size }) => sum + (size ?? 0), 0),
    ignored: found.ignored,
    aheadInBytes: found.remote ? options.remote?.aheadInBytes : undefined,
  };
}

interface Found {
  sources: ByteSource[];
  /** Real paths of files and folders. */
  seen: Set<string>;
  ignored: number;
  /** Files and folders since other work had its turn. */
  walked: number;
  /** Whether some are no local files. */
  remote: boolean;
}

const breathAfter = 2000;

function addStdin(found: Found, format: Format, stdin: Readable | undefined): void {
  if (found.seen.has("-")) return;
  found.seen.add("-");
  found.sources.push(stdinSource(format, stdin));
}

async function addRemote(found: Found, input: string | GrowingInput, remote: RemoteInputs): Promise<void> {
  if (typeof input !== "string")
    throw new OptionError("--from-offset", "expected a local file", undefined, "byoml run goes on where blobs ended.");
  const { sources, ignored } = await remote.find(input);
  found.remote = true;
  found.ignored += ignored;
  found.sources.push(...sources.filter(({ name }) => isNew(found, name)));
}

async function addPath(found: Found, path: string, format: Format | undefined, growing?: GrowingInput): Promise<void> {
  let info: Stats;
  try {
    info = statSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (growing !== undefined) checkPlain(path, info);
  if (info.isDirectory()) {
    await addFolder(found, path, realpathSync.native(path));
    return;
  }
  const known = formatOfName(basename(path));
  const chosen = format ?? known?.format;
  if (chosen === undefined) throw unknownFormat(path);
  if (!isNew(found, realpathSync.native(path))) return;
  const gzip = known?.gzip ?? false;
  found.sources.push(
    growing === undefined
      ? fileSource(path, info.isFile() ? info.size : undefined, chosen, gzip)
      : growingSource(growing, info.size, chosen, gzip),
  );
}

/**
 * Adds what is in a folder. Calls that wait for the disk take some microseconds each, where asynchronous ones wait for a thread: an
 * export has a folder for every five minutes.
 *
 * @param real  the folder's path without symbolic links
 */
async function addFolder(found: Found, folder: string, real: string): Promise<void> {
  if (!isNew(found, real)) return;
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  await breathe(found, entries.length);
  for (const entry of entries.sort((a, b) => byCodeUnits(a.name, b.name))) {
    const path = join(folder, entry.name);
    const known = formatOfName(entry.name);
    const realOf = () => (entry.isSymbolicLink() ? realpathSync.native(path) : join(real, entry.name));
    const info = isHidden(entry.name, basename(folder)) ? undefined : infoOf(path);
    if (info?.isDirectory()) await addFolder(found, path, realOf());
    else if (known === undefined || !info?.isFile()) found.ignored++;
    else if (isNew(found, realOf())) found.sources.push(fileSource(path, info.size, known.format, known.gzip));
  }
}

/** What a folder's entry is, behind links; a broken one is nothing. */
function infoOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Lets other work have its turn after some thousand files. */
async function breathe(found: Found, files: number): Promise<void> {
  found.walked += files;
  if (found.walked < breathAfter) return;
  found.walked = 0;
  await setImmediate();
}

/** Whether a file or folder was not reached before, under whatever name. */
function isNew(found: Found, real: string): boolean {
  if (found.seen.has(real)) return false;
  found.seen.add(real);
  return true;
}

function unreadable(path: string, cause: unknown): DataError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code ?? inert(String(cause), 80)})`;
  return new DataError(`${shown(path)} ${why}`, { details: { file: path }, cause });
}

function pathOf(input: string | GrowingInput): string {
  return typeof input === "string" ? input : input.path;
}

function shown(path: string): string {
  return inert(path, 200);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
