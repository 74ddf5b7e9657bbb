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

/**
 * Passes fields that nobody asks for, up to the one `wanted` fields on.
 *
 * @param at      anywhere in an unquoted field
 * @param start   where the record starts
 * @param wanted  commas to pass, 1 or more
 * @returns the address of the field wanted, of a CR or LF, of a quote that opens a field, or `end`; and commas that were passed << 32
 *
 * Cost: each byte is read once. Sixteen bytes without a quote or line end cost a count of their commas, however many.
 */
export function skipFields(at: usize, end: usize, start: usize, wanted: u32): u64 {
  let passed: u32 = 0;
  while (at < end) {
    const bytes = v128.load(at);
    let commas = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>COMMA)));
    const stops = i8x16.bitmask(
      v128.or(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)), i8x16.le_u(bytes, i8x16.splat(<i8>RETURN))),
    );
    // commas up to the first stop, and within the end
    const length = <u32>min<usize>(<usize>ctz(stops | 0x10000), end - at);
    commas &= (1 << length) - 1;
    const found = <u32>popcnt(commas);
    if (passed + found >= wanted) {
      for (let more = wanted - passed; more > 1; more--) commas &= commas - 1;
      return ((<u64>wanted) << 32) | <u64>(at + <usize>ctz(commas) + 1);
    }
    passed += found;
    at += <usize>length;
    if (length == 16) continue;
    if (at >= end) break;
    const byte = <u32>load<u8>(at);
    if (endsLine(byte) || (byte == QUOTE && (at == start || <u32>load<u8>(at - 1) == COMMA)))
      return ((<u64>passed) << 32) | <u64>at;
    at++;
  }
  return ((<u64>passed) << 32) | <u64>end;
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
