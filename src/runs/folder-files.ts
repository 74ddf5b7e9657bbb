/* Files that last: written, brought to the disk, with their names. */
import { constants } from "node:fs";
import { mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ByomlError } from "../base/errors.js";
import { syncFolder } from "../base/folders.js";
import { inert } from "../base/text.js";
import { byName } from "./names.js";

/** Writes a new file and brings its content to the disk; its name follows with `syncFolder`. */
export async function writeFileDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Appends to a file that is there, durably. What a failure wrote in part is cut off again. */
export async function appendDurably(path: string, bytes: Uint8Array, check: () => Promise<void>): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND);
  try {
    const { size } = await file.stat();
    await check();
    try {
      await file.writeFile(bytes);
      await file.sync();
    } catch (error) {
      await file.truncate(size).catch(() => {});
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** Makes a folder and those above it where they are missing, durably. */
export async function makeFolder(path: string): Promise<void> {
  // Node's own recursive mkdir never ends where a folder cannot be made in one that is there, as in /proc.
  if (await makeOne(path, true)) return;
  await makeFolder(dirname(path));
  await makeOne(path, false);
}

/** @returns false where the folder above is missing */
async function makeOne(path: string, mayMiss: boolean): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return true;
    if (code === "ENOENT" && mayMiss && dirname(path) !== path) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

/** Brings a file, or all of a folder, to the disk. */
export async function syncTree(path: string, isFolder: boolean): Promise<void> {
  if (isFolder) {
    for (const entry of await entriesOf(path)) await syncTree(join(path, entry.name), entry.isDirectory());
    return syncFolder(path);
  }
  const file = await open(path, process.platform === "win32" ? "r+" : "r"); // only Windows asks for the right to write
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Paths of all files below a folder, relative to it, with `/`, in order. Empty where there is none. */
export async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(join(folder, prefix)))
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, `${prefix}${entry.name}/`)));
    else found.push(`${prefix}${entry.name}`);
  return prefix === "" ? found.sort(byName) : found;
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const other = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
    if (other) throw new ByomlError("usage", `${inert(join(folder, other.name))}: expected a file or a folder`);
    return entries;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
