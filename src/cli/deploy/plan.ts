/*
 * What writing a deployment into a folder would do: nothing that somebody else wrote or changed is overwritten or removed.
 */
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { sha256 } from "../../base/checksum.js";
import { OptionError } from "../../base/errors.js";
import { inert } from "../../base/text.js";
import type { DeployFile } from "../../deploy/files.js";
import { type Manifest, manifestFile, readManifest } from "./manifest.js";

/** `changed`: by somebody else since it was written. `left`: so changed, and of no use any more. */
export type FileState = "new" | "replaced" | "unchanged" | "changed" | "removed" | "left";

export interface FolderPlan {
  readonly directory: string;
  /** Null where the folder is not there, and is then made as a whole. */
  readonly before: Manifest | null;
  readonly states: ReadonlyMap<string, FileState>;
}

/**
 * @throws OptionError  where the folder cannot be used: other things are in it, or it is none
 */
export async function planFolder(out: string, cwd: string, files: readonly DeployFile[]): Promise<FolderPlan> {
  const directory = resolve(cwd, out);
  const parent = await typeOf(await followed(dirname(directory)));
  if (parent !== "folder")
    throw new OptionError(
      "out",
      `expected a folder in one that is there: ${inert(dirname(directory))} ${parent === null ? "does not exist" : "is no folder"}`,
    );
  const there = await typeOf(directory);
  if (there !== null && there !== "folder") throw refused(directory, "something that is no folder");
  if (there === null) return { directory, before: null, states: new Map(files.map(({ path }) => [path, "new"])) };
  const entries = await readdir(directory);
  const before = entries.length === 0 ? { files: new Map() } : await readManifest(directory);
  if (before === null) {
    const found = JSON.stringify(inert(entries.sort()[0], 100));
    throw refused(directory, `a folder with ${found} in it and without ${manifestFile}`);
  }
  const states = new Map<string, FileState>();
  for (const { path, text } of files) states.set(path, await stateOf(directory, path, before, sha256(text)));
  for (const path of before.files.keys()) {
    if (states.has(path)) continue;
    const state = await stateOf(directory, path, before, null);
    if (state !== "new") states.set(path, state === "changed" ? "left" : "removed");
  }
  return { directory, before, states };
}

async function stateOf(
  directory: string,
  path: string,
  { files }: Manifest,
  wanted: string | null,
): Promise<FileState> {
  const place = join(directory, path);
  const type = await typeOf(place);
  if (type === null) return "new";
  if (type !== "file") throw refused(directory, `${path}, which is no file`);
  const found = sha256(await readFile(place));
  if (found === wanted) return "unchanged";
  return files.get(path)?.includes(found) ? "replaced" : "changed";
}

export function refused(directory: string, found: string): OptionError {
  return new OptionError(
    "out",
    `expected nothing, an empty folder or one that byoml deploy wrote at ${inert(directory)}, found ${found}`,
    undefined,
    "Name another folder: byoml removes nothing that it did not write.",
  );
}

/** Folders on the way may be links. */
async function followed(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Links are not followed: what they lead to is not in the folder. */
async function typeOf(path: string): Promise<"file" | "folder" | "other" | null> {
  try {
    const found = await lstat(path);
    if (found.isFile()) return "file";
    return found.isDirectory() ? "folder" : "other";
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}
