/*
 * Putting a finished folder in the place of an old one. A file system cannot exchange two folders at once, so there are three steps:
 *
 *   1  model            -> .byoml-previous-…      the old model steps aside, under a name that follows from its own
 *   2  .byoml-saving-…  -> model                  the new one takes its place
 *   3  .byoml-previous-… is removed
 *
 * A crash before 2 leaves the old model aside: loading finds it there, and the next save puts it back first. A crash after 2
 * leaves the new model in place and the old one aside: the next save removes it. A reader that comes between 1 and 2 gets the old one.
 */
import { realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OptionError } from "../base/errors.js";
import { syncFolder } from "../base/folders.js";
import { inert } from "../base/text.js";
import { quote, reasonOf, refusal, systemCode } from "./refusal.js";
import { isEmpty, isModelAlone, type Survey, survey } from "./survey.js";
import { tagOf } from "./work-folder.js";

/** Where a model lies while a newer one takes its place. The name is short whatever the model's own is. */
export function previousOf(directory: string): string {
  return join(dirname(directory), `.byoml-previous-${tagOf(basename(directory))}`);
}

/** The folder to read a model from: the given one, or the one that stepped aside when a save was cut off. */
export async function locate(directory: string): Promise<string> {
  const place = await follow(directory);
  if (await exists(place)) return place;
  const previous = previousOf(place);
  return (await exists(previous)) ? previous : place;
}

/**
 * Refuses a place that a model cannot be saved to: a file, or a folder with anything in it that is not a model's.
 * Cheap: call it before training, too.
 *
 * @throws OptionError  names what is there
 */
export async function checkTarget(directory: string): Promise<void> {
  await inspect(await follow(directory));
}

/** Moves a finished folder to its place, and removes the model that was there. Both are on one file system: they have one parent. */
export async function moveIntoPlace(finished: string, directory: string): Promise<void> {
  const previous = previousOf(directory);
  await settle(directory, previous);
  const old = await inspect(directory);
  if (old && isEmpty(old)) await rmdir(directory);
  const aside = old !== null && !isEmpty(old);
  if (aside) await rename(directory, previous);
  try {
    await rename(finished, directory);
  } catch (error) {
    if (aside) await rename(previous, directory);
    throw error;
  }
  await syncFolder(dirname(directory));
  // The new model is there for good. Should the old one resist, the next save removes it.
  if (aside) await rm(previous, { recursive: true, force: true }).catch(() => {});
}

/** Ends what a save that was cut off began; what it left may be half removed. */
async function settle(directory: string, previous: string): Promise<void> {
  if (!(await exists(previous))) return;
  const left = await survey(previous);
  if (left.foreign.length > 0) throw blocked(previous, left);
  const needed = isModelAlone(left) && !(await exists(directory));
  await (needed ? rename(previous, directory) : rm(previous, { recursive: true, force: true }));
}

/** What is at a place where a model may be saved; null where there is nothing. */
async function inspect(directory: string): Promise<Survey | null> {
  if (!(await exists(directory))) return null;
  if (!(await stat(directory)).isDirectory()) throw blocked(directory, null);
  const found = await survey(directory);
  if (!isEmpty(found) && !isModelAlone(found)) throw blocked(directory, found);
  return found;
}

/** @param found  null where it is no folder */
function blocked(directory: string, found: Survey | null): OptionError {
  const entry = found && (found.foreign[0] ?? [...found.parts.keys()][0]);
  return new OptionError(
    "directory",
    `expected nothing, an empty folder, or a saved model and nothing else at ${inert(directory)}, ` +
      `found ${entry === null ? "a file" : `a folder with ${quote(entry)} in it`}`,
    undefined,
    "choose another folder; byoml removes nothing that it did not write",
  );
}

/** The place itself where the path is a link to it, so that the link stays and what it points at is replaced. */
export async function follow(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch {
    return resolve(directory);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw refusal({
      file: path,
      expected: "a folder that can be read",
      found: reasonOf(cause),
      hint: "check its rights",
      cause,
    });
  }
}
