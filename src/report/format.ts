/* Numbers and dates as a person reads them, the same in every locale, in Node and in the browser. */
import { inert } from "../base/text.js";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** 1234567 as `1,234,567`, 2.345 as `2.35`. */
export const number = (value: number): string => (Number.isInteger(value) ? whole : fraction).format(value);

/** `1 user`, `2 users`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** A score with two decimals; large ones with none, absurd ones as a power of ten. */
export function score(value: number): string {
  if (Math.abs(value) >= 1e6) return value.toExponential(1);
  return Math.abs(value) >= 1000 ? whole.format(value) : value.toFixed(2);
}

/** 1,500,000 bytes as `1.5 MB` (decimal, as Azure's portal and bills count). */
export function bytes(value: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return unit === 0
    ? plural(value, "byte")
    : `${scaled < 10 ? scaled.toFixed(1) : whole.format(scaled)} ${units[unit]}`;
}

/** A name as inert text; one without anything to see is named by what it is. */
export function plainName(name: string, maxLength?: number): string {
  if (name.trim() !== "") return inert(name, maxLength);
  return name === "" ? "(empty)" : `(blank, ${name.length} long)`;
}

/** A date is what the data says; one that is no date is cut, so that it cannot flood a cell. */
export const day = (date: string): string => inert(date, 24);

/** Two ISO dates as a span; one date where both are the same; null where neither is known. */
export function days(first: string | null, last: string | null): string | null {
  const known = first ?? last;
  if (known === null) return null;
  return first === null || last === null || first === last ? day(known) : `${day(first)} to ${day(last)}`;
}
