/*
 * ISO 8601 times in text, as milliseconds since 1970-01-01 UTC: the kernel's twin of `parseIsoTime` in src/ingest/time.ts, which says
 * what is read.
 */

/** No time. */
export const NO_TIME: i64 = i64.MIN_VALUE;

const MS_PER_DAY: i64 = 86_400_000;
const MS_PER_MINUTE: i64 = 60_000;
/** 1601-01-01 and the last millisecond of 9999. */
const EARLIEST: i64 = -11_644_473_600_000;
const LATEST: i64 = 253_402_300_799_999;

/** What `digits` gives where one is none. */
const NONE: u32 = 0xffff;

/** @returns milliseconds, rounded down; NO_TIME for everything else */
export function parseIsoTime(at: usize, length: u32): i64 {
  if (length < 10 || load<u8>(at, 4) != 0x2d || load<u8>(at, 7) != 0x2d) return NO_TIME;
  const year = digits(at, 4);
  const month = digits(at + 5, 2);
  const day = digits(at + 8, 2);
  if (year - 1 >= 9999 || month - 1 >= 12 || day == 0 || day > daysIn(year, month)) return NO_TIME;
  const midnight = daysSince1970(<i32>year, <i32>month, <i32>day) * MS_PER_DAY;
  if (length == 10) return inRange(midnight);

  const end = at + <usize>length;
  const separator = load<u8>(at, 10) | 32;
  if (length < 16 || (separator != 0x74 && separator != 32) || load<u8>(at, 13) != 0x3a) return NO_TIME;
  const hour = digits(at + 11, 2);
  const minute = digits(at + 14, 2);
  if (hour > 23 || minute > 59) return NO_TIME;
  let time = midnight + <i64>(hour * 60 + minute) * MS_PER_MINUTE;
  at += 16;
  if (at < end && load<u8>(at) == 0x3a) {
    if (at + 3 > end) return NO_TIME;
    const second = digits(at + 1, 2);
    if (second > 60) return NO_TIME;
    time += <i64>second * 1000;
    at += 3;
    if (at < end && (load<u8>(at) == 0x2e || load<u8>(at) == 0x2c)) {
      const first = ++at;
      let unit: i64 = 100;
      for (; at < end && isDigit(load<u8>(at)); at++) {
        time += unit * <i64>(load<u8>(at) - 0x30);
        unit /= 10;
      }
      if (at == first) return NO_TIME;
    }
  }
  return zone(time, at, <u32>(end - at));
}

/** A time less the offset from UTC that stands after it. */
function zone(time: i64, at: usize, left: u32): i64 {
  if (left == 0) return inRange(time);
  const sign = load<u8>(at);
  if ((sign | 32) == 0x7a) return left == 1 ? inRange(time) : NO_TIME;
  if (sign != 0x2b && sign != 0x2d) return NO_TIME;
  if (left != 3 && left != 5 && !(left == 6 && load<u8>(at, 3) == 0x3a)) return NO_TIME;
  const hours = digits(at + 1, 2);
  const minutes = left == 3 ? 0 : digits(at + left - 2, 2);
  if (hours > 23 || minutes > 59) return NO_TIME;
  const offset = <i64>(hours * 60 + minutes) * MS_PER_MINUTE;
  return inRange(sign == 0x2d ? time + offset : time - offset);
}

function inRange(time: i64): i64 {
  return time >= EARLIEST && time <= LATEST ? time : NO_TIME;
}

/** Days since 1970-01-01 of a time, for times before it too. */
export function dayOf(time: i64): i32 {
  const day = time / MS_PER_DAY;
  return <i32>(time < day * MS_PER_DAY ? day - 1 : day);
}

function isDigit(byte: u8): bool {
  return <u8>(byte - 0x30) < 10;
}

function digits(at: usize, count: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const byte = load<u8>(at + <usize>i);
    if (!isDigit(byte)) return NONE;
    value = value * 10 + (<u32>byte - 0x30);
  }
  return value;
}

function daysIn(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Of a date of the Gregorian calendar (Hinnant's days from civil, for years from 1). */
function daysSince1970(year: i32, month: i32, day: i32): i64 {
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return <i64>(era * 146_097 + dayOfEra - 719_468);
}
