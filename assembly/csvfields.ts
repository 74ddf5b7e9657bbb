/*
 * Fields of CSV (RFC 4180), sixteen bytes at a time: where they end, and what they hold.
 *
 * Vectors may read SLACK bytes past the end that they are given; what is found there is not believed.
 */
import { NOT_ASCII, skipUtf8 } from "./jsonstring";

export const QUOTE: u32 = 0x22;
export const COMMA: u32 = 0x2c;
export const LINE_FEED: u32 = 0x0a;
export const RETURN: u32 = 0x0d;

export function endsLine(byte: u32): bool {
  return byte == LINE_FEED || byte == RETURN;
}

/** The end of an unquoted field: a comma, CR or LF, or `end`. A quote is text here. */
export function endOfPlain(at: usize, end: usize): usize {
  while (at < end) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>COMMA)), i8x16.le_u(bytes, i8x16.splat(<i8>RETURN))),
    );
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(stops);
    if (at >= end) break;
    const byte = <u32>load<u8>(at);
    if (byte == COMMA || endsLine(byte)) return at;
    at++;
  }
  return end;
}

/**
 * The next quote within a quoted field, or `end`.
 *
 * @param at  after the opening quote or later, in the same memory: the byte before is looked at
 * @returns its address, and line ends that were passed << 32
 */
export function findQuote(at: usize, end: usize): u64 {
  let lines: u64 = 0;
  while (at < end) {
    const bytes = v128.load(at);
    const stops = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.le_u(bytes, i8x16.splat(<i8>RETURN))),
    );
    if (stops == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(stops);
    if (at >= end) break;
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) return (lines << 32) | <u64>at;
    if (byte == RETURN || (byte == LINE_FEED && <u32>load<u8>(at - 1) != RETURN)) lines++;
    at++;
  }
  return (lines << 32) | <u64>end;
}

/** What `skipFields` says of where it stopped, beside the address. */
export const QUOTED: u64 = 1 << 63;

/**
 * Passes fields that nobody asks for, up to the one `wanted` fields on.
 *
 * Sixteen bytes at a time: whether a byte is within quotes is whether the quotes up to it are odd in number, as long as each that
 * opens stands after a comma or, where it is the second of two, after the first. One that does not is text.
 *
 *   bytes    , " a , " " b " , x "      inside  . 1 1 1 . 1 1 . . . 1      the last quote opens after x: it is text, inside ends there
 *
 * @param at      in an unquoted field or where one starts
 * @param start   where the record starts
 * @param wanted  commas to pass, 1 or more
 * @returns the address of the field wanted, of a CR or LF, of a quote that opens a field or of `end`, commas that were passed << 32,
 *          and QUOTED where the address is within quotes, of anything
 *
 * Cost: each byte is read once. Sixteen bytes without line ends cost the same however many fields they hold.
 */
export function skipFields(at: usize, end: usize, start: usize, wanted: u32): u64 {
  let passed: u32 = 0;
  let inside: u32 = 0; // all ones within quotes
  while (at < end) {
    const bytes = v128.load(at);
    const low = i8x16.bitmask(i8x16.le_u(bytes, i8x16.splat(<i8>RETURN)));
    const quotes = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)));
    let commas = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>COMMA)));
    let length = <u32>min<usize>(16, end - at);
    let stops = low;
    if (quotes != 0) {
      // what follows the last quotes may make a difference to them
      const others = ~quotes & ((1 << length) - 1);
      if ((quotes >> (length - 1)) & 1) length = 32 - <u32>clz(others);
      let odd = quotes ^ (quotes << 1);
      odd ^= odd << 2;
      odd ^= odd << 4;
      odd ^= odd << 8;
      odd ^= inside;
      const first: u32 = at == start || <u32>load<u8>(at - 1) == COMMA ? 1 : 0;
      stops |= quotes & odd & ~(((commas | quotes) << 1) | first);
      length = min<u32>(length, <u32>ctz(stops | 0x10000));
      commas &= ~odd;
      if (length != 0) inside = 0 - ((odd >> (length - 1)) & 1);
    } else {
      commas &= ~inside;
      length = min<u32>(length, <u32>ctz(stops | 0x10000));
    }
    commas &= (1 << length) - 1;
    const found = <u32>popcnt(commas);
    if (passed + found >= wanted) {
      for (let more = wanted - passed; more > 1; more--) commas &= commas - 1;
      return ((<u64>wanted) << 32) | <u64>(at + <usize>ctz(commas) + 1);
    }
    passed += found;
    at += <usize>length;
    if (length == 16) continue;
    if (inside != 0) return QUOTED | ((<u64>passed) << 32) | <u64>at;
    if (at >= end) break;
    const byte = <u32>load<u8>(at);
    if (endsLine(byte) || (byte == QUOTE && (at == start || <u32>load<u8>(at - 1) == COMMA)))
      return ((<u64>passed) << 32) | <u64>at;
    at++;
  }
  return (inside != 0 ? QUOTED : 0) | ((<u64>passed) << 32) | <u64>end;
}

/**
 * Whether bytes are UTF-8.
 *
 * @param end  where a byte of ASCII follows
 * @returns 0 = no, 1 = all are ASCII, NOT_ASCII = not all are
 */
export function judgeText(at: usize, end: usize): u64 {
  let verdict: u64 = 1;
  while (at < end) {
    const high = i8x16.bitmask(v128.load(at));
    if (high == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(high);
    if (at >= end) break;
    at = skipUtf8(at);
    if (at == 0) return 0;
    verdict = NOT_ASCII;
  }
  return verdict;
}

/**
 * Undoes the quotes of a field in place.
 *
 * @param start  its content or, where its closing quote is followed by text, its opening quote
 * @param close  how far from there that closing quote is; 0 where there is none
 * @returns the end of the text
 */
export function undoQuotes(start: usize, end: usize, close: usize): usize {
  const quoted = close == 0 ? end : start + close;
  let from = close == 0 ? start : start + 1;
  let to = from;
  while (from < quoted) {
    const byte = load<u8>(from++);
    store<u8>(to++, byte);
    if (byte == QUOTE) from++; // its twin
  }
  while (from < end) store<u8>(to++, load<u8>(from++));
  return to;
}
