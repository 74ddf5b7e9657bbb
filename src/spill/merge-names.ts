import { DataError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import type { BlockFile } from "./blocks.js";
import { IdWriter } from "./ids.js";
import { NameReader, NameWriter } from "./names.js";
import { closing, inTurns } from "./turns.js";

/** Ids are int32, and one is kept free. */
const MOST_NAMES = 2 ** 31 - 2;

export interface MergedNames {
  names: BlockFile;
  nameBytes: number;
  longestName: number;
  /** For each file of names, the new id of each of them, ascending. */
  ids: BlockFile[];
}

/**
 * Merges sorted files of names into one: ids are positions in it, so ids sort as names do.
 *
 * A tournament in which every name knows how many bytes it shares with the last one that was written (Ng, Kakehi 2008): of two names
 * the one that shares more comes first, and bytes are looked at only where both share the same, from there on. So a byte is hardly
 * looked at twice, however long the beginnings are that names have in common.
 *
 *   share[n]  bytes that the name of file n shares with what it lost against, in the end with the last one written; -1 at its end
 *
 * @param path  of the new files, without their endings
 */
export async function mergeNames(files: readonly BlockFile[], path: string, run: RunOptions): Promise<MergedNames> {
  const open: { close(): void }[] = [];
  return closing(open, async () => {
    const opened = <T extends { close(): void }>(file: T): T => {
      open.push(file);
      return file;
    };
    const readers = files.map((file) => opened(new NameReader(file)));
    const writers = files.map((_, n) => opened(new IdWriter(`${path}.${n}.ids`)));
    const out = opened(new NameWriter(`${path}.names`));
    const share = Int32Array.from(readers, (reader) => (reader.next() ? 0 : -1));
    const tree = new Tournament(readers, share);
    let id = -1;
    let length = -1;
    let done = 0;
    const step = (steps: number) => {
      for (let n = 0; n < steps; n++) {
        const { winner } = tree;
        const shared = share[winner] ?? -1;
        if (shared < 0) return false;
        const reader = readers[winner];
        // The same name as the last one is one that shares all of its bytes with it, and is as long.
        if (shared !== reader.length || reader.length !== length) {
          if (++id > MOST_NAMES) throw tooMany();
          out.add(reader.name, reader.length, shared);
          length = reader.length;
        }
        writers[winner].add(id);
        share[winner] = reader.next() ? reader.shared : -1;
        tree.replay();
        done++;
      }
      return true;
    };
    const total = files.reduce((sum, { items }) => sum + items, 0);
    await inTurns(step, run, { stage: "merge names", total, unit: "names", done: () => done });
    const ids = writers.map((writer) => writer.finish());
    return { names: out.finish(), nameBytes: out.total, longestName: out.longest, ids };
  });
}

/** A tree of losers: each inner node holds the file that lost there. */
class Tournament {
  /** The file whose name comes next; -1 where there are no files. */
  winner: number;
  readonly #readers: readonly NameReader[];
  readonly #share: Int32Array;
  readonly #losers: Int32Array;

  constructor(readers: readonly NameReader[], share: Int32Array) {
    this.#readers = readers;
    this.#share = share;
    const count = readers.length;
    this.#losers = new Int32Array(count);
    const winners = new Int32Array(2 * count);
    for (let n = 0; n < count; n++) winners[count + n] = n;
    for (let node = count - 1; node > 0; node--) {
      const [a, b] = [winners[2 * node], winners[2 * node + 1]];
      winners[node] = this.#play(a, b);
      this.#losers[node] = winners[node] === a ? b : a;
    }
    this.winner = winners[1] ?? -1;
  }

  /** The winner's file has gone on: the matches on its way are played again. */
  replay(): void {
    const losers = this.#losers;
    let winner = this.winner;
    for (let node = (winner + losers.length) >> 1; node > 0; node >>= 1) {
      const other = losers[node];
      if (this.#play(winner, other) === winner) continue;
      losers[node] = winner;
      winner = other;
    }
    this.winner = winner;
  }

  #play(a: number, b: number): number {
    const share = this.#share;
    const shared = share[a];
    if (shared !== share[b]) return shared > share[b] ? a : b;
    if (shared < 0) return a;
    const { name: x, length: lengthA } = this.#readers[a];
    const { name: y, length: lengthB } = this.#readers[b];
    const shorter = lengthA < lengthB ? lengthA : lengthB;
    let at = shared;
    while (at < shorter && x[at] === y[at]) at++;
    const first = at < shorter ? x[at] < y[at] : lengthA <= lengthB;
    share[first ? b : a] = at;
    return first ? a : b;
  }
}

function tooMany(): DataError {
  return new DataError(`there are more than ${MOST_NAMES} distinct names`, {
    hint: "Count fewer days, or one tenant at a time.",
  });
}
