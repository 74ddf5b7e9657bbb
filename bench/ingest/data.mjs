/* The exports that the suite reads, made once and kept in .cache/bench. */
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { writeExports } from "../data/exports.mjs";
import { cache } from "../files.mjs";

/** Raised when the generator writes other lines, so that exports of before are not taken for today's. */
const GENERATION = 1;
/** What a kind of exports takes on disk, of its bytes before compression; a hundredth for safety. */
const kinds = {
  mixed: { options: {}, onDisk: 1.01 },
  minutes: { options: { files: 288 }, onDisk: 1.01 },
  all: { options: { allMatch: true }, onDisk: 1.01 },
  gzip: { options: { gzip: true }, onDisk: 0.15 },
};
const units = { MB: 1e6, GB: 1e9 };

/** Bytes of a size such as `20GB`. */
export function parseSize(text) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(MB|GB)$/i.exec(text) ?? [];
  const bytes = number === undefined ? 0 : Number(number) * units[unit.toUpperCase()];
  if (!(bytes >= 1e6)) throw new Error(`--size: expected a size from 1MB on, such as 500MB or 20GB, got ${text}`);
  return bytes;
}

/**
 * The folder of an export of `size` bytes before compression: `mixed` (a tenth of the events are share accesses), `all` of them are, the
 * mixed one as `gzip`, or in a file for each five minutes of a day (`minutes`). Made where it is not there yet.
 *
 * @throws Error when the disk has too little room
 */
export async function exportsOf(kind, size) {
  const folder = join(cache, `exports-${GENERATION}-${kind}-${size / units.MB}MB`);
  if (!existsSync(folder)) await make(folder, kind, size);
  return folder;
}

async function make(folder, kind, size) {
  const { options, onDisk } = kinds[kind];
  mkdirSync(cache, { recursive: true });
  const unfinished = `${folder}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  const { bavail, bsize } = statfsSync(cache);
  const need = `${gigabytes(size * onDisk)} GB in ${cache}, which has ${gigabytes(bavail * bsize)} GB free`;
  if (bavail * bsize < size * onDisk)
    throw new Error(`these exports need ${need}: make room, or take a smaller --size`);
  console.error(`  making exports, once: they take ${need}`);
  await writeExports(unfinished, { bytes: size, ...options });
  renameSync(unfinished, folder);
}

function gigabytes(bytes) {
  return (bytes / units.GB).toFixed(2);
}
