import type { AccessBatch } from "../interactions/batch.js";
import { Bits } from "./bits.js";
import { fromSorting, NameReader } from "./names.js";
import { RowReader } from "./rows.js";
import type { Run } from "./run.js";
import { inTurns } from "./turns.js";

/** Names that are looked at between two turns of the event loop, at least. */
const STEP_NAMES = 1 << 15;

/**
 * Rows of a run, as many at a time as there is room for, with the names that they use.
 *
 *   rows    columns of up to `capacity` rows; those whose names had no room stay for the next window
 *   used    bits of the names that the rows use; a name's place is the number of used ones before it
 *   names   the used names in UTF-8, one after the other
 */
export class RowWindow {
  readonly #run: Run;
  readonly #reader: RowReader;
  /** Rows of the reader's block that were taken. */
  #taken = 0;
  /** Rows that are here, and how many of them, from the first on, have their names. */
  #length = 0;
  #named = 0;
  readonly #tenant: Int32Array;
  readonly #user: Int32Array;
  readonly #resource: Int32Array;
  readonly #day: Int32Array;
  readonly #weight: Float64Array;
  readonly #used: Bits;
  readonly #before: Uint32Array;
  readonly #names: Buffer;
  readonly #ends: Uint32Array;

  /**
   * @param capacity   rows
   * @param nameBytes  at least what the names of any row take together
   */
  constructor(run: Run, capacity: number, nameBytes: number) {
    this.#run = run;
    const column = () => new Int32Array(capacity);
    [this.#tenant, this.#user, this.#resource, this.#day] = [column(), column(), column(), column()];
    this.#weight = new Float64Array(capacity);
    this.#used = new Bits(run.names.items);
    this.#before = new Uint32Array(Math.ceil(run.names.items / 32));
    this.#names = Buffer.from(new ArrayBuffer(nameBytes));
    this.#ends = new Uint32Array(Math.min(3 * capacity, run.names.items) + 1);
    this.#reader = new RowReader(run.rows);
  }

  /** Goes to the rows after those of before. @returns whether there are any */
  async next(signal: AbortSignal | undefined): Promise<boolean> {
    this.#drop(this.#named);
    this.#fill();
    this.#named = this.#length;
    while (this.#named > 0 && !(await this.#lookUp(signal))) this.#named = Math.ceil(this.#named / 2);
    return this.#named > 0;
  }

  /**
   * The rows with their names as text.
   *
   * @param mostRows   of a batch
   * @param mostBytes  of the names of a batch, counting each as often as it stands there; one row may have more
   */
  *batches(mostRows: number, mostBytes: number): Generator<AccessBatch> {
    for (let start = 0; start < this.#named; ) {
      const [tenants, users, resources]: string[][] = [[], [], []];
      let bytes = 0;
      let at = start;
      for (; at < this.#named && at - start < mostRows && bytes < mostBytes; at++) {
        const again = at > start;
        const same = (column: Int32Array) => again && column[at] === column[at - 1];
        tenants.push(same(this.#tenant) ? tenants[tenants.length - 1] : this.#text(this.#tenant[at]));
        users.push(same(this.#user) ? users[users.length - 1] : this.#text(this.#user[at]));
        resources.push(this.#text(this.#resource[at]));
        const last = at - start;
        bytes += tenants[last].length + users[last].length + resources[last].length;
      }
      yield {
        length: at - start,
        ...{ tenant: tenants, user: users, resource: resources },
        day: this.#day.slice(start, at),
        weight: this.#weight.slice(start, at),
      };
      start = at;
    }
  }

  close(): void {
    this.#reader.close();
  }

  get #columns() {
    return [this.#tenant, this.#user, this.#resource, this.#day, this.#weight];
  }

  /** Forgets the first rows. */
  #drop(count: number): void {
    for (const column of this.#columns) column.copyWithin(0, count, this.#length);
    this.#length -= count;
  }

  #fill(): void {
    const capacity = this.#tenant.length;
    const reader = this.#reader;
    while (this.#length < capacity) {
      if (this.#taken >= reader.length) {
        this.#taken = 0;
        if (!reader.next()) return;
      }
      const end = Math.min(reader.length, this.#taken + capacity - this.#length);
      const columns = [reader.tenant, reader.user, reader.resource, reader.day, reader.weight];
      for (const [n, column] of this.#columns.entries())
        column.set(columns[n].subarray(this.#taken, end), this.#length);
      this.#length += end - this.#taken;
      this.#taken = end;
    }
  }

  /** Finds the names of the rows that are to have them. @returns false where there is no room for them all */
  async #lookUp(signal: AbortSignal | undefined): Promise<boolean> {
    const used = this.#used;
    used.clear();
    for (let n = 0; n < this.#named; n++) {
      used.add(this.#tenant[n]);
      used.add(this.#user[n]);
      used.add(this.#resource[n]);
    }
    used.rank(this.#before);
    const reader = new NameReader(this.#run.names);
    let id = 0;
    let count = 0;
    let at = 0;
    let fits = true;
    const step = () => {
      for (const end = id + STEP_NAMES; id < end; id++) {
        for (let ahead = reader.blockAhead; ahead && !used.hasAny(id, id + ahead); ahead = reader.blockAhead) {
          reader.skipBlock();
          id += ahead;
        }
        if (count === used.size || !reader.next()) return false;
        if (!used.has(id)) continue;
        const { name, length } = reader;
        fits = at + length <= this.#names.length;
        if (!fits) return false;
        for (let n = 0; n < length; n++) this.#names[at + n] = fromSorting[name[n]];
        at += length;
        this.#ends[++count] = at;
      }
      return true;
    };
    try {
      await inTurns(step, { signal }, { stage: "names", total: used.size, unit: "names", done: () => count });
    } finally {
      reader.close();
    }
    return fits;
  }

  #text(id: number): string {
    const place = this.#used.rankOf(id, this.#before);
    return this.#names.toString("utf8", this.#ends[place], this.#ends[place + 1]);
  }
}
