import type { RunOptions } from "../base/progress.js";
import type { BlockFile } from "./blocks.js";
import { RowReader, RowWriter } from "./rows.js";
import { closing, inTurns } from "./turns.js";

/** No id is as large. */
const END = 0x7fff_ffff;

/**
 * Merges sorted files of rows into one. Rows of one key stay in the order of the files and of the rows in them.
 *
 * @param sums   whether weights of one key are summed, in this order; else its rows stay apart
 * @param onRow  told of each row that is written, in order
 */
export async function mergeRows(
  files: readonly BlockFile[],
  path: string,
  sums: boolean,
  run: RunOptions,
  onRow?: (tenant: number, user: number, resource: number) => void,
): Promise<BlockFile> {
  const open: { close(): void }[] = [];
  return closing(open, async () => {
    const cursors = new Cursors(
      files.map((file) => {
        const reader = new RowReader(file);
        open.push(reader);
        return reader;
      }),
    );
    const writer = new RowWriter(path);
    open.push(writer);
    const { tenant, user, resource, day } = cursors;
    let [t, u, r, d, sum] = [-1, -1, -1, -1, 0];
    const write = () => {
      if (t < 0) return;
      writer.add(t, u, r, d, sum);
      onRow?.(t, u, r);
    };
    let done = 0;
    const step = (steps: number) => {
      for (let n = 0; n < steps; n++) {
        const { winner } = cursors;
        if (winner < 0 || tenant[winner] === END) return false;
        const value = cursors.weight(winner);
        if (sums && r === resource[winner] && d === day[winner] && u === user[winner] && t === tenant[winner])
          sum += value;
        else {
          write();
          t = tenant[winner];
          u = user[winner];
          r = resource[winner];
          d = day[winner];
          sum = value;
        }
        cursors.advance();
        done++;
      }
      return true;
    };
    const total = files.reduce((all, { items }) => all + items, 0);
    await inTurns(step, run, { stage: "merge accesses", total, unit: "accesses", done: () => done });
    write();
    return writer.finish();
  });
}

/** The next row of each file, and a tree of losers above them: each inner node holds the file that lost there. */
class Cursors {
  /** The file whose row comes next; its tenant is END when there is none. -1 where there are no files. */
  winner: number;
  /** i32[files], the key of the next row of each. */
  readonly tenant: Int32Array;
  readonly user: Int32Array;
  readonly resource: Int32Array;
  readonly day: Int32Array;
  readonly #readers: readonly RowReader[];
  readonly #at: Int32Array;
  readonly #losers: Int32Array;

  constructor(readers: readonly RowReader[]) {
    const count = readers.length;
    this.#readers = readers;
    const column = () => new Int32Array(count);
    [this.tenant, this.user, this.resource, this.day] = [column(), column(), column(), column()];
    this.#at = column().fill(-1);
    this.#losers = column();
    const winners = new Int32Array(2 * count);
    for (let n = 0; n < count; n++) {
      this.#next(n);
      winners[count + n] = n;
    }
    for (let node = count - 1; node > 0; node--) {
      const [a, b] = [winners[2 * node], winners[2 * node + 1]];
      winners[node] = this.#isBefore(a, b) ? a : b;
      this.#losers[node] = winners[node] === a ? b : a;
    }
    this.winner = winners[1] ?? -1;
  }

  weight(file: number): number {
    return this.#readers[file].weight[this.#at[file]];
  }

  /** Goes to the row after the one that came next. */
  advance(): void {
    const losers = this.#losers;
    let winner = this.winner;
    this.#next(winner);
    for (let node = (winner + losers.length) >> 1; node > 0; node >>= 1) {
      const other = losers[node];
      if (this.#isBefore(winner, other)) continue;
      losers[node] = winner;
      winner = other;
    }
    this.winner = winner;
  }

  #next(file: number): void {
    const reader = this.#readers[file];
    let at = this.#at[file] + 1;
    if (at >= reader.length) {
      at = 0;
      if (!reader.next()) {
        this.tenant[file] = END;
        return;
      }
    }
    this.#at[file] = at;
    this.tenant[file] = reader.tenant[at];
    this.user[file] = reader.user[at];
    this.resource[file] = reader.resource[at];
    this.day[file] = reader.day[at];
  }

  #isBefore(a: number, b: number): boolean {
    if (this.tenant[a] !== this.tenant[b]) return this.tenant[a] < this.tenant[b];
    if (this.user[a] !== this.user[b]) return this.user[a] < this.user[b];
    if (this.resource[a] !== this.resource[b]) return this.resource[a] < this.resource[b];
    if (this.day[a] !== this.day[b]) return this.day[a] < this.day[b];
    return a < b;
  }
}
