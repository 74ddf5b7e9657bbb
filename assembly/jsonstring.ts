/*
 * Strings of JSON (RFC 8259) in UTF-8, walked exactly: what passes here is what a fatal TextDecoder and JSON.parse take together.
 *
 * Nothing checks for an end of memory: the host puts a line feed after the last line, no string may hold one, and vectors may read
 * SLACK bytes past it.
 */

export const LINE_FEED: u32 = 0x0a;
export const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

/** Bytes after the last line feed that belong to the memory. */
export const SLACK: i32 = 64;

/** What `skipString` says of a string beside its end. */
export const ESCAPED: u64 = 1 << 32;
export const NOT_ASCII: u64 = 1 << 33;

/**
 * Walks a string.
 *
 * Sixteen bytes at a time are searched for what needs a look: a quote, a backslash, and whatever is negative or below 0x20 as a
 * signed byte, which is control characters and all that is not ASCII.
 *
 * @param at  after the opening quote
 * @returns the address after the closing quote, with ESCAPED and NOT_ASCII where they hold; 0 where the string is not valid
 */
export function skipString(at: usize): u64 {
  let flags: u64 = 0;
  while (true) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(
        i8x16.lt_s(bytes, i8x16.splat(0x20)),
        v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))),
      ),
    );
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(stops);
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) return <u64>(at + 1) | flags;
    if (byte == BACKSLASH) {
      at = skipEscape(at);
      flags |= ESCAPED;
    } else if (byte >= 0x80) {
      at = skipUtf8(at);
      flags |= NOT_ASCII;
    } else return 0;
    if (at == 0) return 0;
  }
}

/** @returns the address after the escape whose backslash is at `at`, or 0 */
function skipEscape(at: usize): usize {
  const letter = <u32>load<u8>(at + 1);
  if (letter == 0x75) return hex4(at + 2) < 0 ? 0 : at + 6;
  return unescaped(letter) < 0 ? 0 : at + 2;
}

/** The character that a letter stands for after a backslash, or -1. */
export function unescaped(letter: u32): i32 {
  switch (letter) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
      return <i32>letter;
    case 0x62: // b
      return 8;
    case 0x66: // f
      return 12;
    case 0x6e: // n
      return 10;
    case 0x72: // r
      return 13;
    case 0x74: // t
      return 9;
    default:
      return -1;
  }
}

/** The number that four hexadecimal digits write, or -1. */
export function hex4(at: usize): i32 {
  return (hexDigit(at) << 12) | (hexDigit(at + 1) << 8) | (hexDigit(at + 2) << 4) | hexDigit(at + 3);
}

/** -1 where it is none, which stays negative under shifts and or. */
function hexDigit(at: usize): i32 {
  const byte = <u32>load<u8>(at);
  const digit = byte - 0x30;
  if (digit < 10) return <i32>digit;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? <i32>letter + 10 : -1;
}

/**
 * Walks a run of characters that are not ASCII: the shortest form of each, no surrogates, none above U+10FFFF (Unicode 15, table 3-7).
 *
 * @returns the address of the next ASCII byte, or 0
 */
export function skipUtf8(at: usize): usize {
  while (true) {
    const lead = <u32>load<u8>(at);
    if (lead < 0x80) return at;
    const second = <u32>load<u8>(at + 1);
    if (lead < 0xe0) {
      if (lead < 0xc2 || !continues(second)) return 0;
      at += 2;
    } else if (lead < 0xf0) {
      const low: u32 = lead == 0xe0 ? 0xa0 : 0x80;
      const high: u32 = lead == 0xed ? 0x9f : 0xbf;
      if (second < low || second > high || !continues(load<u8>(at + 2))) return 0;
      at += 3;
    } else {
      const low: u32 = lead == 0xf0 ? 0x90 : 0x80;
      const high: u32 = lead == 0xf4 ? 0x8f : 0xbf;
      if (lead > 0xf4 || second < low || second > high) return 0;
      if (!continues(load<u8>(at + 2)) || !continues(load<u8>(at + 3))) return 0;
      at += 4;
    }
  }
}

function continues(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}
