/* One file of an export: where it lies, and its lines in blocks, so that memory does not grow with its size. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Random } from "../../../dist/base/random.js";
import { two } from "./draws.mjs";
import { Events, workspaceOf } from "./events.mjs";

const FIRST_DAY = Date.UTC(2024, 4, 6);
const DAYS = 14;
const SLOT_IN_MS = 300_000;
const SLOTS = (DAYS * 86_400_000) / SLOT_IN_MS;
const BLOCK = 1 << 20;
const ROOM_FOR_A_LINE = 1 << 16;

/** Writes one file; `options` are those of writeExports. Returns { lines, matching, bytes }, bytes before compression. */
export async function writeFile(folder, file, { bytes, files, seed, gzip, allMatch }) {
  const { path, ...events } = placeOf(file, files);
  const target = join(folder, gzip ? `${path}.gz` : path);
  await mkdir(dirname(target), { recursive: true });
  const written = { lines: 0, matching: 0, bytes: 0 };
  const lines = new Events(new Random(seed, file), { ...events, allMatch });
  const blocks = Readable.from(blocksOf(lines, bytes / files, written), { highWaterMark: 2 });
  await pipeline([blocks, ...(gzip ? [createGzip()] : []), createWriteStream(target)]);
  return { ...written, matching: lines.matching };
}

/** The path of a file in the export's folder, and what its events have in common: see Events. */
export function placeOf(file, files) {
  const slotInMs = FIRST_DAY + Math.floor((file * SLOTS) / files) * SLOT_IN_MS;
  const tenant = file % 8 === 7 ? 1 : 0;
  const time = new Date(slotInMs);
  const day = `y=${time.getUTCFullYear()}/m=${two(time.getUTCMonth() + 1)}/d=${two(time.getUTCDate())}`;
  const slot = `h=${two(time.getUTCHours())}/m=${two(time.getUTCMinutes())}`;
  return {
    path: `WorkspaceResourceId=${workspaceOf(tenant)}/${day}/${slot}/PT05M.json`,
    ...{ slotInMs, tenant, ascii: file % 4 === 1, textIds: file % 16 === 3 },
  };
}

function* blocksOf(lines, size, written) {
  while (written.bytes < size) {
    const block = Buffer.allocUnsafe(BLOCK + ROOM_FOR_A_LINE);
    let filled = 0;
    while (filled < BLOCK && written.bytes < size) {
      const length = block.write(lines.next(), filled);
      filled += length;
      written.bytes += length;
      written.lines++;
    }
    yield block.subarray(0, filled);
  }
}
