/** Random numbers from a seed: sfc32 (Chris Doty-Humphrey), integer operations only, so the same on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * @param seed    any safe integer
   * @param stream  independent streams of one seed
   */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    for (let i = 0; i < 15; i++) this.#next();
  }

  /** A uniform integer in [0, n), n up to 2^32; words beyond the last whole multiple of n are drawn again. */
  integer(n: number): number {
    const end = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const word = this.#next();
      if (word < end) return word % n;
    }
  }

  /** A uniform integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.integer(high - low + 1);
  }

  /** Puts the items into random order, in place (Fisher and Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let n = items.length - 1; n > 0; n--) {
      const other = this.integer(n + 1);
      [items[n], items[other]] = [items[other], items[n]];
    }
    return items;
  }

  /** A uniform number in [0, 1) with 53 bits. */
  unit(): number {
    return ((this.#next() >>> 5) * 67_108_864 + (this.#next() >>> 6)) / 9_007_199_254_740_992;
  }

  #next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }
}
