import { OptionError } from "../../base/errors.js";

/** A parser for commander: text of a flag to a number; `option` is its name in the library. */
export function number(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) throw new OptionError(option, "a number", text);
    return value;
  };
}

/** Text of a flag to a whole number of at least `least`. */
export function whole(option: string, least = Number.MIN_SAFE_INTEGER): (text: string) => number {
  const expected = least === Number.MIN_SAFE_INTEGER ? "a whole number" : `a whole number from ${least}`;
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least)
      throw new OptionError(option, expected, text);
    return value;
  };
}

/** Text of one of the given words. */
export function oneOf(option: string, words: readonly string[]): (text: string) => string {
  return (text) => {
    if (!words.includes(text)) throw new OptionError(option, `one of ${words.join(", ")}`, text);
    return text;
  };
}

/** Collects the values of a flag that may stand several times. */
export function repeated(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

const units: Readonly<Record<string, number>> = {
  ...{ MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 },
};

/** Text of a size with its unit, such as 2GB or 512 MiB, to bytes. */
export function bytes(option: string): (text: string) => number {
  return (text) => {
    const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([MGT]i?B)\s*$/i.exec(text) ?? [];
    const size = Number(amount) * (units[unit?.toUpperCase() ?? ""] ?? Number.NaN);
    if (!(size >= 1) || !Number.isFinite(size)) throw new OptionError(option, "a size such as 2GB or 512MiB", text);
    return Math.floor(size);
  };
}
