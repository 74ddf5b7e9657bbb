/*
 * What merging may hold: a budget for the whole process, of which a part is held already.
 */
import { hostBytes, tooLittle } from "../base/budget.js";
import { OptionError } from "../base/errors.js";
import { heldBytes } from "../base/process.js";
import { Bits } from "./bits.js";
import { idBufferBytes } from "./ids.js";
import { nameBufferBytes } from "./names.js";
import { ROW_BYTES, rowBufferBytes } from "./rows.js";
import type { Run } from "./run.js";

/** What is used when there is no budget: more is hardly faster. */
const USUAL_BYTES = 512 * 2 ** 20;
/** Files that are merged at a time, each of them open twice. */
const MOST_FILES = 200;
/** Room for new ids, of which there may be many times as many. */
const LEAST_IDS = 16_384;
/** Rows of the smallest window that is read, and a row there with the ends of up to three names. */
export const LEAST_ROWS = 1024;
export const WINDOW_ROW_BYTES = ROW_BYTES + 12;
/** How often the text of a batch is there, until its garbage is collected. */
export const TEXT_COPIES = 8;

export interface Budget {
  /** Bytes that the whole process may hold; too little is an error that says how much would do. */
  memoryInBytes?: number;
  /** @internal For tests: bytes that may be used beside what the process holds, whatever that is. */
  availableInBytes?: number;
}

/** Bytes that may be used beside what the process holds now. */
export function availableBytes({ memoryInBytes, availableInBytes }: Budget): number {
  if (availableInBytes !== undefined) return availableInBytes;
  if (memoryInBytes === undefined) return USUAL_BYTES;
  if (!(memoryInBytes >= 1)) throw new OptionError("memoryInBytes", "a number of bytes from 1", memoryInBytes);
  return memoryInBytes - heldBytes() - hostBytes;
}

/** @throws OptionError saying how much would do, where `available` is less than `needed` */
export function requireBytes(needed: number, available: number, { memoryInBytes }: Budget): void {
  const missing = needed - available;
  if (missing <= 0) return;
  const given = memoryInBytes ?? available;
  throw tooLittle(given + missing, given, "for these accesses", "Give it that much, or read fewer days at a time.");
}

/** What reading merged rows needs at least, of which `index` is for finding names. */
export function readingBytes(names: number, nameBytes: number, longestName: number) {
  const index = 2 * Bits.bytesFor(names) + rowBufferBytes + nameBufferBytes + 4 * longestName;
  // The names of a row, which are its window's, and as text two bytes a character.
  const leastNames = Math.min(3 * longestName, nameBytes);
  const least = index + LEAST_ROWS * WINDOW_ROW_BYTES + leastNames + TEXT_COPIES * 2 * 3 * longestName;
  return { index, leastNames, least };
}

export interface MergePlan {
  /** Runs that are merged at a time; the others wait for the next round. */
  files: number;
  /** Ids that are translated at a time. */
  ids: number;
  /** Rows of the largest run with record ids, 0 without. */
  taken: number;
}

/** @throws OptionError where there is too little for the smallest of plans */
export function planMerge(runs: readonly Run[], available: number, budget: Budget): MergePlan {
  const longest = runs.reduce((most, { longestName }) => Math.max(most, longestName), 0);
  const taken = runs.reduce((most, { records, rows }) => (records ? Math.max(most, rows.items) : most), 0);
  // A name is held as it is, in its block, and while either grows twice more.
  const eachRun = Math.max(nameBufferBytes + 4 * longest + idBufferBytes, rowBufferBytes);
  const output = Math.max(nameBufferBytes + 4 * longest, rowBufferBytes);
  const translating = 2 * rowBufferBytes + idBufferBytes + 4 * taken;
  requireBytes(Math.max(output + 2 * eachRun, translating + 4 * LEAST_IDS), available, budget);
  return {
    files: Math.min(MOST_FILES, Math.floor((available - output) / eachRun)),
    // Half of what there is: ids of the round before may not have been given back yet.
    ids: Math.max(LEAST_IDS, Math.floor((available - translating) / 8)),
    taken,
  };
}
