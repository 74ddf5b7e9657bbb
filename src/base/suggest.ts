/** The known word nearest to a mistyped one, if one is near enough to be meant. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(Math.max(word.length, 3) * 0.4) + 1;
  for (const candidate of known) {
    const steps = distance(plain(word), plain(candidate));
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** `max-iter`, `max_iter` and `maxIter` are the same word. */
function plain(word: string): string {
  return word.replace(/[-_]/g, "").toLowerCase();
}

/** How many insertions, deletions, replacements and swaps of neighbours turn one word into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
