import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Folder, folders, isFolder, manifestName, successName } from "./layout.js";
import { reasonOf, refusal, systemCode } from "./refusal.js";

/** What lies in a folder that is, or is not, a model. Paths are relative, with forward slashes. */
export interface Survey {
  hasManifest: boolean;
  /** The part files of each known folder, in the order of their names: the order of their rows. */
  parts: Map<Folder, string[]>;
  /** The known folders that have their `_SUCCESS`. */
  complete: Set<Folder>;
  /** Everything that no model contains. */
  foreign: string[];
}

/** Marks of Spark, Hadoop and Databricks beside the part files; nothing is read from them. */
const bookkeeping = /^(_SUCCESS|_committed_\w+|_started_\w+|\..+\.crc)$/;

/** Looks at a folder without reading a file of it. Links count as foreign: a model is made of plain files and folders. */
export async function survey(directory: string): Promise<Survey> {
  const found: Survey = { hasManifest: false, parts: new Map(), complete: new Set(), foreign: [] };
  for (const entry of await list(directory)) {
    if (entry.name === manifestName && entry.isFile()) found.hasManifest = true;
    else if (isFolder(entry.name) && entry.isDirectory()) await surveyFolder(directory, entry.name, found);
    else if (!(entry.isFile() && entry.name === `.${manifestName}.crc`)) found.foreign.push(entry.name);
  }
  return found;
}

async function surveyFolder(directory: string, folder: Folder, found: Survey): Promise<void> {
  const parts: string[] = [];
  found.parts.set(folder, parts);
  for (const entry of await list(join(directory, folder))) {
    const name = `${folder}/${entry.name}`;
    if (!entry.isFile()) found.foreign.push(name);
    else if (entry.name === successName) found.complete.add(folder);
    else if (bookkeeping.test(entry.name)) continue;
    else if (/^[^._].*\.parquet$/s.test(entry.name)) parts.push(name);
    else found.foreign.push(name);
  }
  parts.sort();
}

async function list(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    const found = { ENOTDIR: "a file", ENOENT: "nothing" }[systemCode(cause) ?? ""] ?? reasonOf(cause);
    throw refusal({ file: directory, expected: "a folder with a model in it", found, hint: pointAtModel, cause });
  }
}

/** True where the folder is a model, whole or damaged, and nothing else: it may be replaced. */
export function isModelAlone({ hasManifest, parts, foreign }: Survey): boolean {
  return foreign.length === 0 && (hasManifest || parts.has(folders.metadata));
}

/** True where the folder has nothing in it. */
export function isEmpty({ hasManifest, parts, foreign }: Survey): boolean {
  return !hasManifest && parts.size === 0 && foreign.length === 0;
}

export const pointAtModel = "give the folder that byoml or SynapseML saved a model into";
