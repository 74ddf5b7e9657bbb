/*
 * JSON lines to rows of cells: what `JSON.parse` would say of each line, without an object for any.
 *
 *   lines  { … "EventID":5140, … "Account":"a\\b" … } \n   ->   row  [ number @ 4 | text @ 7, escaped | – | … ]
 */
import { ARRAY, cellOf, clearCells, kindOf, nodesOf, OTHERS, RECORDS, walkObject } from "./jsonfields";
import { LINE_FEED, SLACK } from "./jsonstring";
import { CLOSE_ARRAY, OPEN_OBJECT, STACK_BYTES, skipSpace, skipValue } from "./jsonvalue";

/** Why `scanJsonLines` returned. */
const DONE: i32 = 0;
const ROWS_FULL: i32 = 1;
const BAD_LINE: i32 = 2;
const LONG_LINE: i32 = 3;
const BAD_RECORD: i32 = 4;

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
 * @param state     u32[8], in/out: [0] where to go on  [1] the end, after a line feed  [2] the next record of an envelope, or 0
 *                  out: [3] lines that were begun  [4] rows  [5] start and [6] end of the line last begun, without its line feed
 *                  [7] the kind of a record that is none
 * @param tree      the names to find, see `jsonfields.ts`
 * @param scratch   u8[jsonScratchBytes]
 * @param rows      u32[capacity, nodes - 1, 4], 16-byte aligned, out
 * @param capacity  rows that have room
 * @param longest   bytes of the longest line that is taken
 * @returns 0  all lines are read
 *          1  the rows are full
 *          2  the line last begun is no object, not valid JSON or UTF-8, or nested deeper than 1024: none of its fields count
 *          3  it is too long
 *          4  it is an envelope, and one of its records is no object, of kind state[7]
 *
 * Cost: each byte is read once, of an envelope and of a line that is bad twice. Writes only state, scratch and rows.
 */
export function scanJsonLines(
  state: usize,
  tree: usize,
  scratch: usize,
  rows: usize,
  capacity: u32,
  longest: u32,
): i32 {
  const rowBytes = (<usize>(nodesOf(tree) - 1)) << 4;
  const full = rows + <usize>capacity * rowBytes;
  const key = scratch + STACK_BYTES;
  const end = <usize>load<u32>(state, 4);
  let at = <usize>load<u32>(state);
  let record = <usize>load<u32>(state, 8);
  let row = rows;
  let lines: u32 = 0;
  let code = DONE;
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
      }
      record = skipSpace(record);
      record = <u32>load<u8>(record) == CLOSE_ARRAY ? 0 : skipSpace(record + 1);
    }
    if (code != DONE || at == end) break;
    if (row == full) {
      code = ROWS_FULL;
      break;
    }
    const start = at;
    lines++;
    clearCells(row, 1, nodesOf(tree));
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
    const cell = cellOf(row, RECORDS);
    if (!(others & OTHERS) && load<u32>(cell) == ARRAY) {
      record = skipSpace(<usize>load<u32>(cell, 4) + 1);
      if (<u32>load<u8>(record) == CLOSE_ARRAY) record = 0;
    } else row += rowBytes;
  }
  store<u32>(state, <u32>at);
  store<u32>(state, <u32>record, 8);
  store<u32>(state, lines, 12);
  store<u32>(state, <u32>((row - rows) / rowBytes), 16);
  return code;
}

function findLineFeed(at: usize): usize {
  while (true) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>LINE_FEED)));
    if (found != 0) return at + <usize>ctz(found);
    at += 16;
  }
}
