/** A set of numbers below a bound, a bit each. */
export class Bits {
  /** How many there are. */
  size = 0;
  readonly #words: Int32Array;

  constructor(bound: number) {
    this.#words = new Int32Array(Math.ceil(bound / 32));
  }

  static bytesFor(bound: number): number {
    return 4 * Math.ceil(bound / 32);
  }

  add(value: number): void {
    const word = value >>> 5;
    const bit = 1 << value;
    if ((this.#words[word] & bit) !== 0) return;
    this.#words[word] |= bit;
    this.size++;
  }

  has(value: number): boolean {
    return (this.#words[value >>> 5] & (1 << value)) !== 0;
  }

  /** Whether there is any in [first, end). */
  hasAny(first: number, end: number): boolean {
    for (let value = first; value < end; ) {
      if ((value & 31) === 0 && end - value >= 32) {
        if (this.#words[value >>> 5] !== 0) return true;
        value += 32;
      } else if (this.has(value++)) return true;
    }
    return false;
  }

  clear(): void {
    this.#words.fill(0);
    this.size = 0;
  }

  /** Numbers the members in ascending order: how many come before each word, u32[words + 1] at least. */
  rank(before: Uint32Array): void {
    let sum = 0;
    for (let word = 0; word < this.#words.length; word++) {
      before[word] = sum;
      sum += ones(this.#words[word]);
    }
  }

  /** How many members are below a value, by what `rank` wrote. */
  rankOf(value: number, before: Uint32Array): number {
    const word = value >>> 5;
    return before[word] + ones(this.#words[word] & ((1 << value) - 1));
  }
}

/** How many bits of a word are set. */
function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
