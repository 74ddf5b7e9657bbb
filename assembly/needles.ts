/*
 * Lines in which a needle is, found at the speed of memory: all others are passed over, and of them only line feeds are counted.
 *
 * A needle is a text of 2 to 32 bytes without a line feed, or the pattern `\u00XX` of an escaped character, one of a set. Candidates
 * are places where two neighbouring bytes are those at a needle's anchor: two needles may share them. One or two such pairs of bytes
 * are compared for directly; more are put into eight buckets and looked up by their halves of four bits, as in Teddy of Hyperscan, at
 * the same cost however many they are. A candidate is compared whole.
 *
 *   image   u32[4]      [1 or 2 pairs, or 3 for more; the first pair, the second: first byte | second << 8; 0]
 *           u8[4, 16]   buckets, as bits, by the low and the high half of the first byte, then by those of the second
 *           u32[4]      the set of characters, as bits
 *           u32[9]      where the entries of each bucket start, and where the last one's end
 *   entry   [address of the text, bytes, its pair's place in it, 1 for the pattern]   the text is followed by 8 zero bytes
 */
import { hex4, LINE_FEED } from "./jsonstring";
import { same } from "./names";

const TABLES: usize = 16;
const SET: usize = 80;
const STARTS: usize = 96;

/** Bytes of a block, and of the longest run of blocks whose line feeds can be counted in bytes, two of a block in each. */
const BLOCK: usize = 32;
const RUN: usize = 127 * BLOCK;

/**
 * Finds the first line with a needle.
 *
 * @param image  16-byte aligned, in
 * @param from   where a line starts
 * @param end    after a line feed; 64 bytes may be read from there
 * @returns the address where that line starts, or `end`; in the high half how many lines are before it
 *
 * Cost: each byte up to the needle is read once, and the start of its line a second time. Writes nothing.
 */
export function findNeedle(image: usize, from: usize, end: usize): u64 {
  const pairs = load<u32>(image);
  const last = from + ((end - from) & ~(BLOCK - 1));
  let at = from;
  let lines: u32 = 0;
  while (true) {
    const found =
      pairs == 1 ? skipOne(image, at, last) : pairs == 2 ? skipTwo(image, at, last) : skipMany(image, at, last);
    at = <usize>found;
    lines += <u32>(found >> 32);
    if (at == end) return <u64>end | ((<u64>lines) << 32);
    // a block with a candidate, or the last bytes
    const size = <u32>min(end - at, BLOCK);
    const within: u32 = 0xffffffff >> (32 - size);
    const feeds = feedsOf(at) & within;
    for (let left = candidatesOf(image, at) & within; left != 0; left &= left - 1) {
      const lane = <u32>ctz(left);
      if (!isNeedle(image, at + <usize>lane, from)) continue;
      lines += <u32>popcnt(feeds & (((<u32>1) << lane) - 1));
      return <u64>lineStart(at + <usize>lane, from) | ((<u64>lines) << 32);
    }
    lines += <u32>popcnt(feeds);
    at += <usize>size;
  }
}

/** @returns the first block in [at, last) with a candidate, or `last`; in the high half the line feeds before it */
function skipOne(image: usize, at: usize, last: usize): u64 {
  const a = v128.load8_splat(image + 4);
  const b = v128.load8_splat(image + 5);
  const feed = i8x16.splat(<i8>LINE_FEED);
  let lines: u64 = 0;
  while (at < last) {
    const stop = min(at + RUN, last);
    let feeds = i8x16.splat(0);
    let found = false;
    while (at < stop) {
      const low = v128.load(at);
      const high = v128.load(at, 16);
      found = v128.any_true(
        v128.or(
          v128.and(i8x16.eq(low, a), i8x16.eq(v128.load(at, 1), b)),
          v128.and(i8x16.eq(high, a), i8x16.eq(v128.load(at, 17), b)),
        ),
      );
      if (found) break;
      feeds = i8x16.sub(feeds, i8x16.add(i8x16.eq(low, feed), i8x16.eq(high, feed)));
      at += BLOCK;
    }
    lines += laneSum(feeds);
    if (found) break;
  }
  return <u64>at | (lines << 32);
}

/** The same for two pairs. */
function skipTwo(image: usize, at: usize, last: usize): u64 {
  const a = v128.load8_splat(image + 4);
  const b = v128.load8_splat(image + 5);
  const c = v128.load8_splat(image + 8);
  const d = v128.load8_splat(image + 9);
  const feed = i8x16.splat(<i8>LINE_FEED);
  let lines: u64 = 0;
  while (at < last) {
    const stop = min(at + RUN, last);
    let feeds = i8x16.splat(0);
    let found = false;
    while (at < stop) {
      const low = v128.load(at);
      const high = v128.load(at, 16);
      const low1 = v128.load(at, 1);
      const high1 = v128.load(at, 17);
      found = v128.any_true(
        v128.or(
          v128.or(v128.and(i8x16.eq(low, a), i8x16.eq(low1, b)), v128.and(i8x16.eq(low, c), i8x16.eq(low1, d))),
          v128.or(v128.and(i8x16.eq(high, a), i8x16.eq(high1, b)), v128.and(i8x16.eq(high, c), i8x16.eq(high1, d))),
        ),
      );
      if (found) break;
      feeds = i8x16.sub(feeds, i8x16.add(i8x16.eq(low, feed), i8x16.eq(high, feed)));
      at += BLOCK;
    }
    lines += laneSum(feeds);
    if (found) break;
  }
  return <u64>at | (lines << 32);
}

/** The same for any number of pairs. */
function skipMany(image: usize, at: usize, last: usize): u64 {
  const a = v128.load(image + TABLES);
  const b = v128.load(image + TABLES, 16);
  const c = v128.load(image + TABLES, 32);
  const d = v128.load(image + TABLES, 48);
  const feed = i8x16.splat(<i8>LINE_FEED);
  let lines: u64 = 0;
  while (at < last) {
    const stop = min(at + RUN, last);
    let feeds = i8x16.splat(0);
    let found = false;
    while (at < stop) {
      const low = v128.load(at);
      const high = v128.load(at, 16);
      found = v128.any_true(
        v128.or(bucketsOf(low, v128.load(at, 1), a, b, c, d), bucketsOf(high, v128.load(at, 17), a, b, c, d)),
      );
      if (found) break;
      feeds = i8x16.sub(feeds, i8x16.add(i8x16.eq(low, feed), i8x16.eq(high, feed)));
      at += BLOCK;
    }
    lines += laneSum(feeds);
    if (found) break;
  }
  return <u64>at | (lines << 32);
}

/** The buckets in which pairs of bytes are: the first bytes, the second ones, the tables of their halves. */
function bucketsOf(first: v128, second: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  const half = i8x16.splat(15);
  return v128.and(
    v128.and(i8x16.swizzle(a, v128.and(first, half)), i8x16.swizzle(b, v128.and(i16x8.shr_u(first, 4), half))),
    v128.and(i8x16.swizzle(c, v128.and(second, half)), i8x16.swizzle(d, v128.and(i16x8.shr_u(second, 4), half))),
  );
}

function laneSum(bytes: v128): u64 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  const pairs = i64x2.add(i64x2.extend_low_i32x4_u(sums), i64x2.extend_high_i32x4_u(sums));
  return <u64>(i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1));
}

/** Where candidates are among 32 bytes, as bits. */
function candidatesOf(image: usize, at: usize): u32 {
  return candidatesIn(image, at) | (candidatesIn(image, at + 16) << 16);
}

function candidatesIn(image: usize, at: usize): u32 {
  const tables = image + TABLES;
  const a = v128.load(tables);
  const b = v128.load(tables, 16);
  const c = v128.load(tables, 32);
  const d = v128.load(tables, 48);
  const buckets = bucketsOf(v128.load(at), v128.load(at, 1), a, b, c, d);
  return <u32>i8x16.bitmask(i8x16.ne(buckets, i8x16.splat(0)));
}

/** Where line feeds are among 32 bytes, as bits. */
function feedsOf(at: usize): u32 {
  const feed = i8x16.splat(<i8>LINE_FEED);
  const low = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), feed));
  return low | ((<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), feed))) << 16);
}

/** Whether a needle whose pair is at `at` stands there, from `from` on. */
function isNeedle(image: usize, at: usize, from: usize): bool {
  const first = <usize>load<u8>(at);
  const second = <usize>load<u8>(at, 1);
  const tables = image + TABLES;
  let buckets =
    <u32>load<u8>(tables + (first & 15)) &
    <u32>load<u8>(tables + (first >> 4), 16) &
    <u32>load<u8>(tables + (second & 15), 32) &
    <u32>load<u8>(tables + (second >> 4), 48);
  for (; buckets != 0; buckets &= buckets - 1) {
    const bucket = image + STARTS + ((<usize>ctz(buckets)) << 2);
    const last = <usize>load<u32>(bucket, 4);
    for (let entry = <usize>load<u32>(bucket); entry < last; entry += 16) {
      const start = at - <usize>load<u32>(entry, 8);
      if (start < from || !same(start, load<u32>(entry), load<u32>(entry, 4))) continue;
      if (load<u32>(entry, 12) == 0 || isOfSet(image, hex4(start + 2))) return true;
    }
  }
  return false;
}

/** @param code  -1 for what is no number */
function isOfSet(image: usize, code: i32): bool {
  if (<u32>code >= 128) return false;
  return ((load<u32>(image + SET + ((<usize>code >> 5) << 2)) >> (<u32>code & 31)) & 1) != 0;
}

/** The start of the line that `at` is in, at `from` or after it. */
function lineStart(at: usize, from: usize): usize {
  const feed = i8x16.splat(<i8>LINE_FEED);
  while (at > from) {
    const feeds = <u32>i8x16.bitmask(i8x16.eq(v128.load(at - 16), feed));
    if (feeds != 0) return max(from, at - <usize>clz(feeds << 16));
    at -= 16;
  }
  return from;
}
