/** Random whole numbers that depend on the seed alone: 32-bit integer arithmetic, so the same on every machine and engine. */
export interface Dice {
  /** A uniform whole number from 0 to n - 1, for n from 1 to 2^32. */
  below(n: number): number;
  /** A uniform whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** Puts the items into random order, in place. */
  shuffle<T>(items: T[]): T[];
}

/** Mulberry32: a Weyl sequence through a mixing function; enough for sample data, not for secrets. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (n: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % n); // draws past the last whole multiple of n would favour small numbers
    let drawn = next();
    while (drawn >= limit) drawn = next();
    return drawn % n;
  };
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [items[i], items[j]] = [items[j], items[i]];
      }
      return items;
    },
  };
}
