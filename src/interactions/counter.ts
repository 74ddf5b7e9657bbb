import { type AccessTable, type NamedColumns, NO_DAY } from "./accesses.js";
import { Vocabulary } from "./vocabulary.js";

/** The most rows a table can have: the hash table's slots are indexed by int32. */
const maxRows = 2 ** 29;

/** What the weights of an empty table are: nothing contradicts counts. */
const emptyKind = "count";

/** Accesses of rows that a table has already, in their order, whose weights are not summed in it. */
export interface Repeats {
  /** i32[n], rows of the table. */
  readonly row: Int32Array;
  /** f64[n] */
  readonly weight: Float64Array;
}

/**
 * Sums weights per distinct (tenant, user, resource, day), in columns.
 *
 * Rows are in the order of first appearance, so the same accesses in the same order give the same table. The hash table holds row
 * numbers only (open addressing, linear probing, at most half full); keys are compared in the columns themselves:
 *
 *   slots   [ . 3 . 1 2 . . 4 ]      row + 1, 0 = free
 *   columns tenant[row] user[row] resource[row] day[row] -> weight[row]
 *
 * Cost: 24 bytes a row and 8 to 16 bytes of slots; one probe or two an access.
 */
export class AccessCounter {
  readonly tenants = new Vocabulary();
  readonly users = new Vocabulary();
  readonly resources = new Vocabulary();
  #length = 0;
  #tenant = new Int32Array(16);
  #user = new Int32Array(16);
  #resource = new Int32Array(16);
  #day = new Int32Array(16);
  #weight = new Float64Array(16);
  #slots = new Int32Array(32);
  readonly #keepsApart: (() => boolean) | undefined;
  readonly #repeatRow: number[] = [];
  readonly #repeatWeight: number[] = [];

  /**
   * @param keepsApart  asked at an access whose row is known: whether it becomes one of the repeats instead of being summed. A sum of
   *                    fractions depends on its order, so a part of a whole keeps what comes after a row's first weight apart.
   */
  constructor(keepsApart?: () => boolean) {
    this.#keepsApart = keepsApart;
  }

  /** Rows so far: distinct (tenant, user, resource, day). */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds one access.
   *
   * @param day     days since 1970-01-01 UTC, or NO_DAY: accesses without a time are a day of their own
   * @param weight  1 for a counted access, else the value of the weight column
   */
  add(tenant: string, user: string, resource: string, day: number = NO_DAY, weight = 1): void {
    this.addIds(this.tenants.add(tenant), this.users.add(user), this.resources.add(resource), day, weight);
  }

  /** Adds one access by ids of this counter's own vocabularies. */
  addIds(tenant: number, user: number, resource: number, day: number, weight: number): void {
    const slot = this.#find(tenant, user, resource, day);
    const known = this.#slots[slot];
    if (known !== 0) {
      if (this.#keepsApart?.()) {
        this.#repeatRow.push(known - 1);
        this.#repeatWeight.push(weight);
      } else this.#weight[known - 1] += weight;
      return;
    }
    const row = this.#length;
    if (row === this.#tenant.length) this.#growColumns();
    this.#tenant[row] = tenant;
    this.#user[row] = user;
    this.#resource[row] = resource;
    this.#day[row] = day;
    this.#weight[row] = weight;
    this.#length = row + 1;
    this.#slots[slot] = row + 1;
    if (this.#length * 2 > this.#slots.length) this.#growSlots();
  }

  /**
   * Adds every row of a table, its ids translated into this counter's vocabularies, and then its repeats. Adding the tables of
   * consecutive parts of a whole in their order gives the table of the whole, to the last bit: rows and names are in the order of
   * first appearance, and a row's weights are summed in the order of its accesses.
   */
  addTable(table: NamedColumns, repeats?: Repeats): void {
    const tenantOf = translation(table.tenants.names, this.tenants);
    const userOf = translation(table.users.names, this.users);
    const resourceOf = translation(table.resources.names, this.resources);
    const add = (row: number, weight: number) =>
      this.addIds(
        tenantOf[table.tenant[row]],
        userOf[table.user[row]],
        resourceOf[table.resource[row]],
        table.day[row],
        weight,
      );
    for (let row = 0; row < table.length; row++) add(row, table.weight[row]);
    repeats?.row.forEach((row, n) => {
      add(row, repeats.weight[n]);
    });
  }

  /** The table of everything added so far. The vocabularies are handed over, the columns copied to their length. */
  finish(weightKind: AccessTable["weightKind"] = emptyKind): AccessTable {
    const length = this.#length;
    return {
      tenants: this.tenants,
      users: this.users,
      resources: this.resources,
      tenant: this.#tenant.slice(0, length),
      user: this.#user.slice(0, length),
      resource: this.#resource.slice(0, length),
      day: this.#day.slice(0, length),
      weight: this.#weight.slice(0, length),
      length,
      weightKind,
    };
  }

  /** What was kept apart. */
  repeats(): Repeats {
    return { row: Int32Array.from(this.#repeatRow), weight: Float64Array.from(this.#repeatWeight) };
  }

  /** The slot of a key: the one that holds its row, or the free one where it belongs. */
  #find(tenant: number, user: number, resource: number, day: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(tenant, user, resource, day) & mask;
    for (;;) {
      const row = this.#slots[slot] - 1;
      if (row < 0) return slot;
      if (
        this.#user[row] === user &&
        this.#resource[row] === resource &&
        this.#day[row] === day &&
        this.#tenant[row] === tenant
      )
        return slot;
      slot = (slot + 1) & mask;
    }
  }

  #growColumns(): void {
    const capacity = this.#tenant.length * 2;
    if (capacity > maxRows) throw new RangeError(`an access table has at most ${maxRows} rows`);
    this.#tenant = grown(this.#tenant, new Int32Array(capacity));
    this.#user = grown(this.#user, new Int32Array(capacity));
    this.#resource = grown(this.#resource, new Int32Array(capacity));
    this.#day = grown(this.#day, new Int32Array(capacity));
    this.#weight = grown(this.#weight, new Float64Array(capacity));
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let row = 0; row < this.#length; row++)
      this.#slots[this.#find(this.#tenant[row], this.#user[row], this.#resource[row], this.#day[row])] = row + 1;
  }
}

function translation(names: readonly string[], to: Vocabulary): Int32Array {
  return Int32Array.from(names, (name) => to.add(name));
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/** Murmur3's mixing of four words. */
function hash(a: number, b: number, c: number, d: number): number {
  let h = mix(mix(mix(mix(0x9747b28c, a), b), c), d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function mix(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const x = h ^ k;
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}
