/*
 * What `byoml deploy` wrote into a folder, with checksums, so that it knows its own files again.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.js";
import { inert } from "../../base/text.js";
import { version } from "../../base/version.js";

export const manifestFile = ".byoml-deploy.json";
const format = "byoml-deploy";
const formatVersion = 1;

export interface Manifest {
  /** SHA-256 of each file as it was written; two while one replaces the other. */
  readonly files: ReadonlyMap<string, readonly string[]>;
}

export function manifestText({ files }: Manifest): string {
  return `${JSON.stringify({ format, version: formatVersion, byoml: version, files: Object.fromEntries(files) }, null, 2)}\n`;
}

/**
 * @returns null where there is none
 * @throws DataError  where it is damaged, or of a later byoml
 */
export async function readManifest(directory: string): Promise<Manifest | null> {
  const file = join(directory, manifestFile);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const hint = "Name another folder.";
  let found: { format?: unknown; version?: unknown; files?: unknown } | null = null;
  try {
    found = JSON.parse(text);
  } catch {
    // told below
  }
  if (found?.format !== format || typeof found.files !== "object" || found.files === null)
    throw new DataError(`${inert(file)}: expected what byoml deploy writes`, { hint });
  if (found.version !== formatVersion)
    throw new DataError(`${inert(file)}: expected version ${formatVersion}, got ${inert(String(found.version), 20)}`, {
      hint: "It is of another byoml. Name another folder.",
    });
  const files = Object.entries(found.files);
  for (const [path, sums] of files)
    if (!isOwnPath(path) || !Array.isArray(sums) || !sums.every((sum) => typeof sum === "string"))
      throw new DataError(`${inert(file)}: expected files with checksums, got ${JSON.stringify(inert(path, 100))}`, {
        hint,
      });
  return { files: new Map(files) };
}

/** Paths lead to files in the folder and nowhere else. */
function isOwnPath(path: string): boolean {
  return path.split("/").every((part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== "." && part !== "..");
}
