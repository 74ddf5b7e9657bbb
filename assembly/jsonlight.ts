/*
 * Lines that nobody reads, checked for what could be wrong within their texts: unfinished ones, escapes, control characters, UTF-8, and
 * characters that may stand only in a text. Their grammar is not looked at.
 *
 * Sixteen bytes at a time need no look where none of them is special: only whether their quotes are an odd number matters then.
 */
import { BACKSLASH, LINE_FEED, QUOTE, skipEscape, skipUtf8 } from "./jsonstring";

/**
 * Checks lines up to the first bad one.
 *
 * @param from  where a line starts
 * @param end   after a line feed; 64 bytes may be read from there
 * @returns the address where the bad line starts, or `end`; in the high half how many lines are before it
 *
 * Cost: each byte is read once. Writes nothing. What is bad here is no JSON.
 */
export function checkLines(from: usize, end: usize): u64 {
  let at = from;
  let line = from;
  let lines: u64 = 0;
  let inside: u32 = 0;
  while (at < end) {
    const bytes = v128.load(at);
    const quotes = <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)));
    const special = <u32>(
      i8x16.bitmask(v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH))))
    );
    if (special == 0) {
      inside ^= <u32>popcnt(quotes) & 1;
      at += 16;
      continue;
    }
    const lane = <u32>ctz(special);
    inside ^= <u32>popcnt(quotes & (((<u32>1) << lane) - 1)) & 1;
    at += <usize>lane;
    const byte = <u32>load<u8>(at);
    if (inside != 0) {
      if (byte == BACKSLASH) at = skipEscape(at);
      else at = byte < 0x80 ? 0 : skipUtf8(at);
      if (at == 0) break;
    } else if (byte == LINE_FEED) {
      line = ++at;
      lines++;
    } else if (byte == 0x09 || byte == 0x0d) at++;
    else break;
  }
  return <u64>line | (lines << 32);
}
