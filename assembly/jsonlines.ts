/*
 * JSON lines to rows of cells: what `JSON.parse` would say of each line, without an object for any.
 *
 *   lines  { … "EventID":5140, … "Account":"a\\b" … } \n   ->   row  [ number @ 4 | text @ 7, escaped | – | … ]
 */
import { ARRAY, cellOf, clearCells, kindOf, nodesOf, OTHERS, RECORDS, TWICE, walkObject } from "./jsonfields";
import { checkLines } from "./jsonlight";
import { LINE_FEED, SLACK } from "./jsonstring";
import { CLOSE_ARRAY, OPEN_OBJECT, STACK_BYTES, skipSpace, skipValue } from "./jsonvalue";
import { findNeedle } from "./needles";

/** Why `scanJsonLines` returned. */
const DONE: i32 = 0;
const ROWS_FULL: i32 = 1;
const BAD_LINE: i32 = 2;
const LONG_LINE: i32 = 3;
const BAD_RECORD: i32 = 4;

/** Beside TWICE: the line is counted. */
const COUNTED: u8 = 2;

/** Bytes of scratch for names of up to `nameBytes`: the stack, then a key's unescaped name. */
export function jsonScratchBytes(nameBytes: i32): i32 {
  return STACK_BYTES + nameBytes + SLACK;
}

/** Bytes that the memory must have after the last line feed. */
export function jsonSlackBytes(): i32 {
  return SLACK;
}

/**
 * Scans lines until all are read, the rows are full or the host is needed; it is called again, with the state as it was left, until
 * it returns 0.
 *
 * A line gives a row if it is an object, or a row for each object of an envelope: an object with a `records` array and nothing else.
 * That it is one is known only at its end, so envelopes are walked again for their rows. Blank lines give nothing.
 *
 * Where there are needles, a line without any is passed over: unread, or checked as `jsonlight.ts` does. One that is too long is
 * never passed over.
 *
 * @param state     u32[11], in/out: [0] where to go on  [1] the end, after a line feed  [2] the next record of an envelope, or 0
 *                  [10] up to where lines are known to have no needle, or 0
 *                  out: [3] lines that were begun  [4] rows  [5] start and [6] end of the line last begun, without its line feed
 *                  [7] the kind of a record that is none  [8] of the lines begun, those that were passed over
 *                  [9] of the others, those in which a key that is asked for stood twice in an object
 * @param tree      the names to find, see `jsonfields.ts`
 * @param scratch   u8[jsonScratchBytes]
 * @param rows      u32[capacity, nodes - 1, 4], 16-byte aligned, out
 * @param capacity  rows that have room
 * @param longest   bytes of the longest line that is taken
 * @param needles   their image, see `needles.ts`; 0 = every line is walked
 * @param light     1 = lines that are passed over are checked, 0 = they are not
 * @returns 0  all lines are read
 *          1  the rows are full
 *          2  the line last begun is no object, not valid JSON or UTF-8, or nested deeper than 1024: none of its fields count
 *          3  it is too long
 *          4  it is an envelope, and one of its records is no object, of kind state[7]
 *
 * Cost: each byte is read once, of an envelope and of a line that is bad twice, and once more for needles or for a check. Writes only
 * state, scratch and rows.
 */
export function scanJsonLines(
  state: usize,
  tree: usize,
  scratch: usize,
  rows: usize,
  capacity: u32,
  longest: u32,
  needles: usize,
  light: i32,
): i32 {
  const rowBytes = (<usize>(nodesOf(tree) - 1)) << 4;
  const full = rows + <usize>capacity * rowBytes;
  const key = scratch + STACK_BYTES;
  const end = <usize>load<u32>(state, 4);
  let at = <usize>load<u32>(state);
  let record = <usize>load<u32>(state, 8);
  let row = rows;
  let lines: u32 = 0;
  let twice: u32 = 0;
  let code = DONE;
  store<u32>(state, 0, 32);
  while (true) {
    while (record != 0 && code == DONE) {
      const first = <u32>load<u8>(record);
      if (first != OPEN_OBJECT) {
        store<u32>(state, kindOf(first), 28);
        record = skipValue(record, 2, scratch);
        code = BAD_RECORD;
      } else if (row == full) {
        code = ROWS_FULL;
        break;
      } else {
        clearCells(row, 1, nodesOf(tree));
        record = <usize>walkObject(record + 1, tree, 0, 3, scratch, key, row);
        row += rowBytes;
        twice += countTwice(scratch);
      }
      record = skipSpace(record);
      record = <u32>load<u8>(record) == CLOSE_ARRAY ? 0 : skipSpace(record + 1);
    }
    if (code != DONE || at == end) break;
    if (row == full) {
      code = ROWS_FULL;
      break;
    }
    if (needles != 0) {
      at = passOver(state, needles, light, at, end, longest);
      if (at == end) break;
    }
    const start = at;
    lines++;
    clearCells(row, 1, nodesOf(tree));
    store<u8>(scratch, 0);
    at = skipSpace(at);
    let others: u64 = OTHERS;
    let isRow = false;
    if (<u32>load<u8>(at) == OPEN_OBJECT) {
      others = walkObject(at + 1, tree, 0, 1, scratch, key, row);
      at = others == 0 ? 0 : skipSpace(<usize>others);
      isRow = true;
    }
    if (at == 0 || <u32>load<u8>(at) != LINE_FEED) {
      at = findLineFeed(start);
      code = BAD_LINE;
    }
    store<u32>(state, <u32>start, 20);
    store<u32>(state, <u32>at, 24);
    if (<u32>(at - start) > longest) code = LONG_LINE;
    at++;
    if (code != DONE) break;
    if (!isRow) continue;
    twice += countTwice(scratch);
    const cell = cellOf(row, RECORDS);
    if (!(others & OTHERS) && load<u32>(cell) == ARRAY) {
      record = skipSpace(<usize>load<u32>(cell, 4) + 1);
      if (<u32>load<u8>(record) == CLOSE_ARRAY) record = 0;
    } else row += rowBytes;
  }
  store<u32>(state, <u32>at);
  store<u32>(state, <u32>record, 8);
  store<u32>(state, lines + load<u32>(state, 32), 12);
  store<u32>(state, <u32>((row - rows) / rowBytes), 16);
  store<u32>(state, twice, 36);
  return code;
}

/**
 * Passes over lines up to one that must be walked: it has a needle, or is too long, or the check found something wrong.
 *
 * @returns its start, or `end`; the lines before it are counted in the state
 */
function passOver(state: usize, needles: usize, light: i32, at: usize, end: usize, longest: u32): usize {
  let clear = <usize>load<u32>(state, 40);
  let passed: u64 = 0;
  while (at < end) {
    let found = false;
    if (at >= clear) {
      // only where so much is left can a line be too long
      const limit = <u32>(end - at - 1) > longest ? findLineFeed(at) + 1 : end;
      if (<u32>(limit - at - 1) > longest) break;
      const next = findNeedle(needles, at, limit);
      clear = <usize>next;
      found = clear < limit;
      if (!light) {
        passed += next >> 32;
        at = clear;
      }
    }
    if (light) {
      const next = checkLines(at, clear);
      passed += next >> 32;
      at = <usize>next;
    }
    if (found || at < clear) break;
  }
  store<u32>(state, load<u32>(state, 32) + <u32>passed, 32);
  store<u32>(state, <u32>clear, 40);
  return at;
}

/** 1 where the line is found to have a key twice, and only the first time. */
function countTwice(stack: usize): u32 {
  if (load<u8>(stack) != TWICE) return 0;
  store<u8>(stack, TWICE | COUNTED);
  return 1;
}

function findLineFeed(at: usize): usize {
  while (true) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>LINE_FEED)));
    if (found != 0) return at + <usize>ctz(found);
    at += 16;
  }
}
