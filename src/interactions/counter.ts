import { type AccessTable, NO_DAY } from "./accesses.js";
import { Vocabulary } from "./vocabulary.js";

/** The most rows a table can have: the hash table's slots are indexed by int32. */
const maxRows = 2 ** 29;

/** What the weights of an empty table are: nothing contradicts counts. */
const emptyKind = "count";

/**
 * Sums weights per distinct (tenant, user, resource, day), in columns: for accesses from sources of one's own, whose table `fit` takes.
 * Files are counted by the kernels instead.
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
      this.#weight[known - 1] += weight;
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
