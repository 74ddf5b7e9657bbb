import type { RunOptions } from "../base/progress.js";
import { type BlockFile, removeFile } from "./blocks.js";
import { readIds } from "./ids.js";
import { RowReader, RowWriter } from "./rows.js";
import { type Run, recordsOf } from "./run.js";
import { closing, inTurns } from "./turns.js";

/** Says of a record id, 128 bits as four unsigned numbers, whether it came before, and remembers it. */
export type Seen = (id0: number, id1: number, id2: number, id3: number) => boolean;

/**
 * Accesses of a run's rows that stood before.
 *
 * @param taken  i32[rows of the run], filled: how many accesses of each row
 */
export async function takeRepeated({ records }: Run, seen: Seen, taken: Int32Array, run: RunOptions): Promise<void> {
  taken.fill(0);
  if (records === null) return;
  const blocks = recordsOf(records);
  let done = 0;
  const step = (steps: number) => {
    for (const end = done + steps; done < end; ) {
      const { value } = blocks.next();
      if (!value) return false;
      const { ids, rows } = value;
      for (let n = 0; n < rows.length; n++)
        if (seen(ids[4 * n], ids[4 * n + 1], ids[4 * n + 2], ids[4 * n + 3])) taken[rows[n]]++;
      done += rows.length;
    }
    return true;
  };
  try {
    const progress = { stage: "look for repeated records", total: records.items, unit: "records", done: () => done };
    await inTurns(step, run, progress);
  } finally {
    blocks.return(undefined);
  }
}

export interface Translation {
  /** The new id of each name of the run, ascending. */
  ids: BlockFile;
  /** Room for some of them: with less than all the rows are gone through more than once. */
  room: Int32Array;
  /** Accesses that are taken off each row; none. */
  taken: Int32Array | null;
  /** A row is one access of any weight; else it is as many of weight 1 as it says. */
  weighted: boolean;
}

/**
 * Writes rows anew with other ids, which sort as the old ones do. Rows of which no access is left are left out.
 *
 * @param path  of the new file, without its ending
 * @returns the new file; the old one stays
 */
export async function translateRows(
  rows: BlockFile,
  path: string,
  { ids, room, taken, weighted }: Translation,
  run: RunOptions,
): Promise<BlockFile> {
  let file = rows;
  // An id that is translated already is marked by its complement, which is negative.
  for (let first = 0; first === 0 || first < ids.items; first += room.length) {
    const count = readIds(ids, first, room);
    const last = first + room.length >= ids.items;
    const translated = (id: number) => {
      const to = id >= first && id < first + count ? ~room[id - first] : id;
      return last ? ~to : to;
    };
    const open: { close(): void }[] = [];
    const before = file;
    file = await closing(open, async () => {
      const reader = new RowReader(before);
      open.push(reader);
      const writer = new RowWriter(`${path}.${first}.rows`);
      open.push(writer);
      let done = 0;
      const step = (steps: number) => {
        for (const end = done + steps; done < end; ) {
          if (!reader.next()) return false;
          const { tenant, user, resource, day, weight, length } = reader;
          for (let n = 0; n < length; n++) {
            let value = weight[n];
            if (first === 0 && taken !== null && taken[done + n] > 0) {
              value = weighted ? 0 : value - taken[done + n];
              if (weighted || value <= 0) continue;
            }
            writer.add(translated(tenant[n]), translated(user[n]), translated(resource[n]), day[n], value);
          }
          done += length;
        }
        return true;
      };
      const progress = { stage: "translate accesses", total: before.items, unit: "accesses", done: () => done };
      await inTurns(step, run, progress);
      return writer.finish();
    });
    if (before !== rows) removeFile(before);
  }
  return file;
}
