/*
 * CSV to rows of cells, the same as those of JSON lines (see `jsonfields.ts`).
 *
 *   record  4711,"CONTOSO\ann",,"\\*\HR ""x""" \n   ->   row  [ text @ 6 | text @ 20, its quotes undone in place ]
 *
 * What follows a comma or the start of a record is a quoted field if it is a quote; it ends at a quote that is not doubled. Where
 * neither comma nor line end comes after that quote, it and the opening one are text, as are quotes within unquoted fields. CR LF, LF
 * and CR end a record; empty lines give none.
 */
import {
  COMMA,
  endOfPlain,
  endsLine,
  findQuote,
  judgeText,
  LINE_FEED,
  QUOTE,
  QUOTED,
  RETURN,
  skipFields,
  undoQuotes,
} from "./csvfields";
import { cellOf, FLAGS_SHIFT, TEXT } from "./jsonfields";
import { ESCAPED, NOT_ASCII } from "./jsonstring";

/** Why `scanCsvRecords` returned. */
const DONE: i32 = 0;
const ROWS_FULL: i32 = 1;
const HEADER: i32 = 2;
const BAD_WIDTH: i32 = 3;
const BAD_TEXT: i32 = 4;
const LONG: i32 = 5;

/** Where in a record a scan stands. */
const AT_FIELD: u32 = 0;
const IN_PLAIN: u32 = 1;
const IN_QUOTED: u32 = 2;

/** Where no more columns are asked for. */
const NO_COLUMN: u32 = 0xffffffff;

/** A text whose quotes are to be undone; no cell has the flag when a scan returns. */
const QUOTES: u32 = <u32>(ESCAPED >> FLAGS_SHIFT);

/**
 * Scans records until the bytes end, the rows are full or the host is needed; it is called again, with the state as it was left.
 *
 * A record that the bytes end in is kept in state and `spare`, with places counted from its start, and is gone on with when more
 * bytes follow: none is searched twice. A CR at the end waits for what follows, as a quote does. After its last bytes the host puts a
 * line feed.
 *
 * @param state     u32[13], in/out: [0] where to go on, of a record under way its start  [1] the end of the bytes
 *                  [2] fields that a record has, 0 = as many as the first: that is told, and gives no row
 *                  out: [3] rows  [4] line ends, before the one that ends the record that a code above 1 tells, of 5 before it  [5] its fields
 *                  the record under way: [6] bytes searched, 0 = there is none  [7] where in it  [8] fields before
 *                  [9] its line ends  [10] start of the field  [11] whether it has doubled quotes  [12] where in it is the quote that seemed
 *                  to end it, or 0
 * @param asked     u32[, 2], columns in ascending order and their nodes, then ffffffff
 * @param rows      u32[capacity, width, 4], 16-byte aligned, out; zero at first, nodes that are not asked stay so
 * @param spare     u32[width, 4], in/out
 * @param capacity  rows that have room
 * @param width     cells of a row
 * @param longest   bytes of the longest record that is taken
 * @returns 0  the bytes end
 *          1  the rows are full
 *          2  the first record is whole, state[5] says its fields: it comes again
 *          3  a record has another number of fields
 *          4  a field that is asked for is not UTF-8
 *          5  a record is too long
 *
 * Cost: each byte is read once, of fields asked for twice. Writes state, rows, spare, and texts with quotes in place.
 */
export function scanCsvRecords(
  state: usize,
  asked: usize,
  rows: usize,
  spare: usize,
  capacity: u32,
  width: u32,
  longest: u32,
): i32 {
  const rowBytes = (<usize>width) << 4;
  const full = rows + <usize>capacity * rowBytes;
  const end = <usize>load<u32>(state, 4);
  const fields = load<u32>(state, 8);
  let start = <usize>load<u32>(state);
  let row = rows;
  let lines: u32 = 0;
  let code = DONE;
  while (true) {
    if (row == full) {
      code = ROWS_FULL;
      break;
    }
    if (load<u32>(state, 24) == 0) {
      if (start >= end) break;
      const first = <u32>load<u8>(start);
      if (endsLine(first)) {
        const next = afterLine(start, end);
        if (next == 0) break;
        start = next;
        lines++;
        continue;
      }
      store<u32>(state, AT_FIELD, 28);
      store<u32>(state, 0, 32);
      store<u32>(state, 0, 36);
    } else moveCells(asked, spare, row, start);
    const stop = cutRecord(state, asked, row, start, end);
    if (stop == 0) {
      moveCells(asked, row, spare, 0 - start);
      break;
    }
    store<u32>(state, 0, 24);
    const count = load<u32>(state, 32);
    store<u32>(state, count, 20);
    if (<u32>(stop - start) > longest) code = LONG;
    else if (fields == 0) {
      code = HEADER;
      break;
    } else if (count != fields) code = BAD_WIDTH;
    else if (!settle(asked, row)) code = BAD_TEXT;
    if (code != LONG) lines += load<u32>(state, 36);
    start = afterLine(stop, end);
    if (code != DONE) break;
    lines++;
    row += rowBytes;
  }
  store<u32>(state, <u32>start);
  store<u32>(state, <u32>((row - rows) / rowBytes), 12);
  store<u32>(state, lines, 16);
  return code;
}

/** The address after a line end, or 0 where it may go on behind the bytes. */
function afterLine(at: usize, end: usize): usize {
  if (<u32>load<u8>(at) == LINE_FEED) return at + 1;
  if (at + 1 >= end) return 0;
  return <u32>load<u8>(at + 1) == LINE_FEED ? at + 2 : at + 1;
}

/**
 * Cuts one record, or goes on with it.
 *
 * @returns the line end after it, with its fields and lines in the state; 0 where the bytes end before, with all that is needed to go on
 */
function cutRecord(state: usize, asked: usize, row: usize, start: usize, end: usize): usize {
  let at = start + <usize>load<u32>(state, 24);
  let mode = load<u32>(state, 28);
  let column = load<u32>(state, 32);
  let lines = load<u32>(state, 36);
  let field = start + <usize>load<u32>(state, 40);
  let doubled = load<u32>(state, 44);
  let close = load<u32>(state, 48);
  while (load<u32>(asked) < column) asked += 8;
  let next = load<u32>(asked);
  while (true) {
    let stop: usize = 0;
    let fieldEnd: usize = 0;
    if (mode == IN_QUOTED) {
      const found = findQuote(at, end);
      lines += <u32>(found >> 32);
      at = <usize>(<u32>found);
      stop = at + 1;
      if (stop >= end) break;
      const after = <u32>load<u8>(stop);
      if (after == QUOTE) {
        doubled = 1;
        at += 2;
        continue;
      }
      if (after == RETURN && stop + 1 >= end) break;
      if (after != COMMA && !endsLine(after)) {
        mode = IN_PLAIN;
        close = <u32>(at - --field);
        at = stop;
        continue;
      }
      fieldEnd = at;
    } else {
      if (column != next) {
        const found = skipFields(at, end, start, next - column);
        column += <u32>((found & ~QUOTED) >> 32);
        at = <usize>(<u32>found);
        if (found & QUOTED) {
          mode = IN_QUOTED;
          continue;
        }
        mode = IN_PLAIN;
        if (column == next || (at < end && <u32>load<u8>(at) == QUOTE)) mode = AT_FIELD;
        else stop = at;
      }
      if (mode == AT_FIELD) {
        if (at >= end) break;
        field = at;
        doubled = 0;
        close = 0;
        mode = IN_PLAIN;
        if (<u32>load<u8>(at) == QUOTE) {
          mode = IN_QUOTED;
          field = ++at;
          continue;
        }
      }
      if (stop == 0) stop = endOfPlain(at, end);
      at = stop;
      if (stop >= end || (<u32>load<u8>(stop) == RETURN && stop + 1 >= end)) break;
      fieldEnd = stop;
    }
    if (column == next) {
      const cell = cellOf(row, load<u32>(asked, 4));
      store<u32>(cell, TEXT | (doubled != 0 || close != 0 ? QUOTES : 0));
      store<u32>(cell, <u32>field, 4);
      store<u32>(cell, <u32>(fieldEnd - field), 8);
      store<u32>(cell, close, 12);
      asked += 8;
      next = load<u32>(asked);
    }
    column++;
    if (<u32>load<u8>(stop) != COMMA) {
      store<u32>(state, column, 32);
      store<u32>(state, lines, 36);
      return stop;
    }
    at = stop + 1;
    mode = AT_FIELD;
  }
  store<u32>(state, <u32>(at - start), 24);
  store<u32>(state, mode, 28);
  store<u32>(state, column, 32);
  store<u32>(state, lines, 36);
  store<u32>(state, <u32>(field - start), 40);
  store<u32>(state, doubled, 44);
  store<u32>(state, close, 48);
  return 0;
}

/** Copies the cells that are asked for, their addresses moved. */
function moveCells(asked: usize, from: usize, to: usize, by: usize): void {
  for (; load<u32>(asked) != NO_COLUMN; asked += 8) {
    const node = load<u32>(asked, 4);
    const cell = cellOf(to, node);
    v128.store(cell, v128.load(cellOf(from, node)));
    store<u32>(cell, load<u32>(cell, 4) + <u32>by, 4);
  }
}

/** Makes the texts of a whole record what they stand for; false where one is not UTF-8. */
function settle(asked: usize, row: usize): bool {
  for (; load<u32>(asked) != NO_COLUMN; asked += 8) {
    const cell = cellOf(row, load<u32>(asked, 4));
    const field = <usize>load<u32>(cell, 4);
    const end = field + <usize>load<u32>(cell, 8);
    const verdict = judgeText(field, end);
    if (verdict == 0) return false;
    if (load<u32>(cell) & QUOTES) {
      const close = <usize>load<u32>(cell, 12);
      store<u32>(cell, <u32>(undoQuotes(field, end, close) - field), 8);
      store<u32>(cell, 0, 12);
    }
    store<u32>(cell, TEXT | <u32>((verdict & NOT_ASCII) >> FLAGS_SHIFT));
  }
  return true;
}
