/*
 * Which records were already read, by their 128-bit ids, in bounded memory: exports deliver some records twice.
 */

/** 64 MiB: the last 1,572,864 ids at least. */
export const defaultSeenBytes = 64 * 2 ** 20;

const SLOT_BYTES = 16;
const GENERATIONS = 2;
/** A new set takes 256 kB and grows fourfold as it fills. */
const FIRST_SLOTS = 16_384;
const GROWTH = 4;
const LEAST_SLOTS = 16;

/**
 * A set of record ids that forgets the oldest when it is full.
 *
 * Ids are kept in two generations. When the younger is full, the older is dropped and the younger takes its place; an id that comes
 * again is put into the younger. So the ids of the last `window` different ones are always known, and up to as many before them:
 *
 *   window = 3/4 of the slots of a generation, which are the largest power of two with 32 bytes a slot within `maxBytes`
 *
 * What a set answers depends on the ids alone.
 */
export class SeenRecords {
  /** How many different ids are remembered at least. */
  readonly window: number;
  readonly #slots: number;
  #younger: Generation;
  #older: Generation | undefined;
  #forgotten = 0;

  /**
   * @param maxBytes  of both generations together; a set of few ids takes less
   * @throws RangeError  when it is not a number of at least 512
   */
  constructor(maxBytes: number = defaultSeenBytes) {
    const most = Math.floor(maxBytes / (SLOT_BYTES * GENERATIONS));
    if (!(most >= LEAST_SLOTS && Number.isFinite(most)))
      throw new RangeError(
        `maxBytes: expected a number from ${LEAST_SLOTS * SLOT_BYTES * GENERATIONS}, got ${maxBytes}`,
      );
    // An index into words of 32 bits must stay below 2^31.
    this.#slots = 2 ** Math.min(Math.floor(Math.log2(most)), 28);
    this.window = roomIn(this.#slots);
    this.#younger = new Generation(Math.min(FIRST_SLOTS, this.#slots));
  }

  /** How many ids are no longer known: if it is not 0, a record may count twice that stands twice, further apart than the window. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Takes the id of a record, four numbers of 32 bits. True where it is known already. */
  add(a: number, b: number, c: number, d: number): boolean {
    const hash = hashOf(a, b, c, d);
    if (this.#younger.add(hash, a | 0, b | 0, c | 0, d | 0)) return true;
    const known = this.#older?.take(hash, a | 0, b | 0, c | 0, d | 0) ?? false;
    if (this.#younger.isFull) this.#makeRoom();
    return known;
  }

  #makeRoom(): void {
    const full = this.#younger;
    if (full.slots < this.#slots) {
      this.#younger = full.grown(Math.min(this.#slots, GROWTH * full.slots));
      return;
    }
    const dropped = this.#older;
    this.#forgotten += dropped?.left ?? 0;
    dropped?.clear();
    this.#older = full;
    this.#younger = dropped ?? new Generation(this.#slots);
  }
}

function roomIn(slots: number): number {
  return (slots / 4) * 3;
}

/** A table with open addressing: i32[4 * slots], an id in four numbers; four zeros are an empty slot. */
class Generation {
  readonly slots: number;
  readonly #ids: Int32Array;
  /** An id's place goes by the first bits of its hash: so doubling walks both tables from front to back. */
  readonly #shift: number;
  #size = 0;
  /** Ids that came again and are in the younger generation too. */
  #taken = 0;
  /** The id of four zeros has no slot. */
  #zero = false;

  constructor(slots: number) {
    this.slots = slots;
    this.#ids = new Int32Array(4 * slots);
    this.#shift = Math.clz32(slots) + 1;
  }

  get isFull(): boolean {
    return this.#size >= roomIn(this.slots);
  }

  /** Ids that are in this generation alone. */
  get left(): number {
    return this.#size - this.#taken;
  }

  /** Whether the id is here; it is afterwards. */
  add(hash: number, a: number, b: number, c: number, d: number): boolean {
    if ((a | b | c | d) === 0) {
      if (this.#zero) return true;
      this.#zero = true;
    } else {
      const at = this.#placeOf(hash, a, b, c, d);
      const ids = this.#ids;
      if ((ids[at] | ids[at + 1] | ids[at + 2] | ids[at + 3]) !== 0) return true;
      ids[at] = a;
      ids[at + 1] = b;
      ids[at + 2] = c;
      ids[at + 3] = d;
    }
    this.#size++;
    return false;
  }

  /** Whether the id is here; it is said to have come again. Called once for an id, since the younger generation has it then. */
  take(hash: number, a: number, b: number, c: number, d: number): boolean {
    let known = this.#zero;
    if ((a | b | c | d) !== 0) {
      const at = this.#placeOf(hash, a, b, c, d);
      const ids = this.#ids;
      known = (ids[at] | ids[at + 1] | ids[at + 2] | ids[at + 3]) !== 0;
    }
    if (known) this.#taken++;
    return known;
  }

  /** The same ids in more slots. */
  grown(slots: number): Generation {
    const larger = new Generation(slots);
    const ids = this.#ids;
    for (let at = 0; at < ids.length; at += 4) {
      const a = ids[at];
      const b = ids[at + 1];
      const c = ids[at + 2];
      const d = ids[at + 3];
      if ((a | b | c | d) !== 0) larger.add(hashOf(a, b, c, d), a, b, c, d);
    }
    if (this.#zero) larger.add(0, 0, 0, 0, 0);
    return larger;
  }

  clear(): void {
    this.#ids.fill(0);
    this.#size = 0;
    this.#taken = 0;
    this.#zero = false;
  }

  /** Where an id stands, or the empty slot where it would; a quarter of all slots is empty. */
  #placeOf(hash: number, a: number, b: number, c: number, d: number): number {
    const ids = this.#ids;
    const mask = ids.length - 1;
    let at = (hash >>> this.#shift) << 2;
    for (;;) {
      const e = ids[at];
      const f = ids[at + 1];
      const g = ids[at + 2];
      const h = ids[at + 3];
      if ((e === a && f === b && g === c && h === d) || (e | f | g | h) === 0) return at;
      at = (at + 4) & mask;
    }
  }
}

/**
 * Murmur3's mixing of four words. Ids are keyed hashes already (see `counter.ts`), so that whoever writes a log cannot choose them.
 */
function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = mix(mix(mix(mix(0x9747b28c, a), b), c), d);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const x = hash ^ k;
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}
