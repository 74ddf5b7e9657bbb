/** Tells the users whose accesses are left out. */
export interface UserMatcher {
  matches(user: string): boolean;
  /** What `parseAllowList` makes the same matcher of, in a worker too; a matcher without it only works on the calling thread. */
  readonly text?: string;
}

/**
 * Reads a list of accounts to leave out, such as automation and service accounts.
 *
 * One account a line, as it stands in the data (`CONTOSO\svc-backup`); `*` stands for any text and `?` for one character, so
 * `*\svc-*` is the service accounts of every domain. Upper and lower case are the same, as they are to Windows. Blank lines and what
 * follows a `#` at the start of a line or after a space are ignored.
 *
 * Names are chosen by attackers, patterns are not: matching never backtracks past the last `*`, so its time is at most the length of
 * the name times that of the pattern.
 */
export function parseAllowList(text: string): UserMatcher {
  const names = new Set<string>();
  const patterns: string[][] = [];
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/)) {
    const entry = fold(line.replace(/(^|\s)#.*$/, "").trim());
    if (entry === "") continue;
    if (/[*?]/.test(entry)) patterns.push([...entry]);
    else names.add(entry);
  }
  return {
    text,
    matches(user) {
      const folded = fold(user);
      if (names.has(folded)) return true;
      if (patterns.length === 0) return false;
      const chars = [...folded];
      return patterns.some((pattern) => matchesPattern(chars, pattern));
    },
  };
}

/** Upper case, as Windows compares names; unlike lower case it does not depend on a letter's neighbours (σ, ς). */
function fold(name: string): string {
  return name.toUpperCase();
}

/** Greedy matching: on a mismatch only the last `*` takes one character more. */
function matchesPattern(name: readonly string[], pattern: readonly string[]): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = at;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[at])) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
