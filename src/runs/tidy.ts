/*
 * What is removed when a cycle has ended: what no state names any more, and records that are old.
 */

import { redact } from "../base/redact.js";
import { dayOfRun } from "./run-id.js";
import { objectsOf, type RunState } from "./run-state.js";
import type { Schedule } from "./schedule.js";
import { objectOf } from "./stages.js";
import type { Store } from "./store.js";

/** Folders of objects that cycles make for the state. */
const ownFolders = ["cycles", "counts", "models", "records"];

/** Folders of what cycles leave for people: a file for each. */
const shownFolders = ["runs", "dead-letters"];

/** Days of which records are kept. */
export const defaultKeepDays = 90;

/** So many records are removed at a time, and after a cycle: one must not wait long for what can wait. */
const atATime = 4;
const mostAtOnce = 10_000;

/** What can wait until a cycle is remembered, and what is said where it fails. */
export type Chore = readonly [failure: string, act: () => Promise<void>];

/** Does chores one after the other. All is remembered by then: one that fails is done by a later cycle. @returns what failed, in sentences */
export async function doChores(chores: readonly Chore[]): Promise<string[]> {
  const notes: string[] = [];
  for (const [failure, act] of chores)
    await act().catch((error: unknown) => notes.push(`${failure}: ${messageOf(error)}`));
  return notes;
}

/** The message of an error for a record, without secrets. */
export function messageOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}

/** Removes what neither the state nor the one before it names, with which the schedule would go on were this one damaged. */
export async function sweep(store: Store, states: readonly RunState[]): Promise<void> {
  const needed = new Set(states.flatMap((state) => [...objectsOf(state)]).map(unitOf));
  for (const { open } of states) if (open) needed.add(objectOf(open, "cycles"));
  const there = await listAll(store, ownFolders);
  for (const unit of new Set(there.map(unitOf))) if (!needed.has(unit)) await store.remove(unit);
}

/**
 * In the first cycle of a day, removes records, and the dead letters that belong to them, of all but the last days that had a cycle. Days
 * that had one are counted, and not days by the clock: one that is wrong for a while, or a schedule that stood still for months, must not
 * take away what nobody has looked at.
 *
 * @param run   of the cycle
 * @param last  of the one before; null for the first
 */
export async function removeOldRecords(
  { store, keepDays = defaultKeepDays }: Pick<Schedule, "store" | "keepDays">,
  run: string,
  last: string | null,
  signal?: AbortSignal,
): Promise<void> {
  if (last !== null && dayOfRun(last) === dayOfRun(run)) return;
  const names = await listAll(store, shownFolders);
  const days = [...new Set(names.map(dayOfRun))].filter((day) => day !== null).sort();
  const gone = new Set(days.slice(0, Math.max(0, days.length - keepDays)));
  const isNeeded = (name: string) => name.includes(run) || (last !== null && name.includes(last));
  const old = names.filter((name) => gone.has(dayOfRun(name) ?? "") && !isNeeded(name)).slice(0, mostAtOnce);
  const rest = old.values();
  const removeNext = async () => {
    for (const name of rest) {
      signal?.throwIfAborted();
      await store.remove(name);
    }
  };
  await Promise.all(Array.from({ length: atATime }, removeNext));
}

async function listAll(store: Store, folders: readonly string[]): Promise<string[]> {
  return (await Promise.all(folders.map((folder) => store.list(folder)))).flat();
}

/** What is removed as one: an object, or the folder that a cycle made. */
function unitOf(name: string): string {
  return name.split("/").slice(0, 2).join("/");
}
