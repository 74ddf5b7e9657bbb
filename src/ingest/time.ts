import { Decimal } from "./decimal.js";
import { numberOf } from "./values.js";

/*
 * Times of events, as milliseconds since 1970-01-01 UTC, whatever form a collector gave them. The machine's time zone has no say.
 *
 * Read are years 1601 (where Windows' clock starts) to 9999; anything outside, such as .NET's 0001-01-01 for "none", is unreadable.
 */

const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;
const EARLIEST = Date.UTC(1601, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Reads a time.
 *
 * - ISO 8601 text: `2020-06-10`, `2020-06-10T02:51`, `2020-06-10 02:51:06.7771234Z`, `…-05:00`; no zone means UTC
 * - numbers and numeric text, by magnitude: below 1e11 seconds, below 1e14 ms, below 1e17 µs, else ns since 1970
 * - Date and bigint, as Parquet gives them
 *
 * @returns whole milliseconds, rounded down; NaN for everything else
 */
export function parseTime(value: unknown): number {
  switch (typeof value) {
    case "string":
      return parseText(value);
    case "number":
      return inRange(fromNumber(value));
    case "bigint":
      return inRange(fromBigInt(value));
    case "object":
      if (value instanceof Decimal) return parseTime(value.value);
      return value instanceof Date ? inRange(value.getTime()) : Number.NaN;
    default:
      return Number.NaN;
  }
}

/** Days since 1970-01-01 UTC of a time in milliseconds. */
export function dayOf(timeInMs: number): number {
  return Math.floor(timeInMs / MS_PER_DAY);
}

/** An ISO 8601 date or time in milliseconds, or NaN. */
export function parseIsoTime(text: string): number {
  // YYYY-MM-DD
  if (text.length < 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  const midnight = midnightOf(year, month, day);
  if (text.length === 10) return inRange(midnight);

  // [T ]HH:MM
  const separator = text.charCodeAt(10) | 32;
  if ((separator !== 116 && separator !== 32) || text.charCodeAt(13) !== 58) return Number.NaN;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  if (!(hour <= 23 && minute <= 59)) return Number.NaN;
  let timeInMs = midnight + (hour * 60 + minute) * MS_PER_MINUTE;
  let at = 16;

  // :SS and decimals; a leap second is the first of the next minute
  if (text.charCodeAt(at) === 58) {
    const second = digits(text, at + 1, 2);
    if (!(second <= 60)) return Number.NaN;
    timeInMs += second * 1000;
    at += 3;
    const point = text.charCodeAt(at);
    if (point === 46 || point === 44) {
      const first = at + 1;
      at = first;
      while (isDigit(text.charCodeAt(at))) at++;
      if (at === first) return Number.NaN;
      for (let i = first, unit = 100; i < at && unit >= 1; i++, unit /= 10)
        timeInMs += unit * (text.charCodeAt(i) - 48);
    }
  }
  return inRange(timeInMs - zoneInMs(text, at));
}

/** The offset from UTC that stands at the end of a time, NaN where it is none. */
function zoneInMs(text: string, at: number): number {
  const left = text.length - at;
  if (left === 0) return 0;
  const sign = text.charCodeAt(at);
  if ((sign | 32) === 122) return left === 1 ? 0 : Number.NaN;
  if (sign !== 43 && sign !== 45) return Number.NaN;
  const hours = digits(text, at + 1, 2);
  let minutes = 0;
  if (left === 6 && text.charCodeAt(at + 3) === 58) minutes = digits(text, at + 4, 2);
  else if (left === 5) minutes = digits(text, at + 3, 2);
  else if (left !== 3) return Number.NaN;
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  const offset = (hours * 60 + minutes) * MS_PER_MINUTE;
  return sign === 45 ? -offset : offset;
}

function parseText(text: string): number {
  const time = parseIsoTime(text);
  if (!Number.isNaN(time)) return time;
  return inRange(fromNumber(numberOf(text)));
}

function fromNumber(value: number): number {
  const size = Math.abs(value);
  if (size >= 1e17) return Math.floor(value / 1e6);
  if (size >= 1e14) return Math.floor(value / 1e3);
  if (size >= 1e11) return Math.floor(value);
  // Decimal seconds are not exact in binary: 2.5e-4 ms is their rounding error near today, and must not carry into the next second.
  const whole = Math.floor(value);
  return whole * 1000 + Math.min(999, Math.floor((value - whole) * 1000 + 2.5e-4));
}

function fromBigInt(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size < 100_000_000_000n) return Number(value) * 1000;
  if (size < 100_000_000_000_000n) return Number(value);
  const unit = size < 100_000_000_000_000_000n ? 1_000n : 1_000_000n;
  const remainder = value % unit;
  return Number((value - (remainder < 0n ? remainder + unit : remainder)) / unit);
}

function inRange(timeInMs: number): number {
  return timeInMs >= EARLIEST && timeInMs <= LATEST ? timeInMs : Number.NaN;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The number that `count` digits make, NaN where one is none. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + (code - 48);
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Midnight of a date of the Gregorian calendar (Hinnant's days from civil, for years from 1). */
function midnightOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * MS_PER_DAY;
}
