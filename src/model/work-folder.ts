/*
 * Where a model is written before it takes its place: a hidden folder beside it, named after the place, the machine and the process,
 * so that a later save can tell what a process that was killed has left, and remove it.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isDead } from "../base/process.js";

/** A short name for a text of any length and content. */
export function tagOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

const prefixOf = (directory: string) => `.byoml-saving-${tagOf(`${hostname()}/${basename(directory)}`)}-`;

/** The path of a new work folder for a model's place. */
export function workFolderOf(directory: string): string {
  return join(dirname(directory), `${prefixOf(directory)}${process.pid}-${randomUUID()}`);
}

/** Removes the work folders that dead processes of this machine left beside a model's place. What it cannot remove, it leaves. */
export async function sweepWorkFolders(directory: string): Promise<void> {
  const parent = dirname(directory);
  const prefix = prefixOf(directory);
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (Number.isSafeInteger(pid) && pid > 0 && isDead(pid)) {
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
    }
  }
}
