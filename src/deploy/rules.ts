/*
 * Rules that answers are held to; each error names the flag.
 */
import { OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";

export function matching(option: string, text: string, pattern: RegExp, expected: string): string {
  const value = text.trim();
  if (!pattern.test(value)) throw new OptionError(option, expected, inert(value, 100));
  return value;
}

/** A GUID, in lower case. */
export function guid(option: string, text: string): string {
  const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  return matching(option, text.trim().toLowerCase(), pattern, "a GUID such as 01234567-89ab-cdef-0123-456789abcdef");
}

/** One of some words, whatever its case. */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word.toLowerCase() === text.trim().toLowerCase());
  if (found === undefined) throw new OptionError(option, `one of ${words.join(", ")}`, inert(text, 100));
  return found;
}

export function real(option: string, text: string, least: number, below: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value < below))
    throw new OptionError(option, `a number from ${least} to below ${below}`, inert(text, 100));
  return value;
}

/** Names with commas between them, each once. */
export function distinct(option: string, text: string, pattern: RegExp, expected: string): readonly string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw new OptionError(option, expected, inert(text, 100));
  const seen = new Set<string>();
  for (const name of names) {
    matching(option, name, pattern, expected);
    if (seen.has(name.toLowerCase())) throw new OptionError(option, "each table once", inert(name, 100));
    seen.add(name.toLowerCase());
  }
  return names;
}
