/*
 * CSV to rows of cells, the same as those of JSON lines (see `jsonfields.ts`).
 *
 *   record  4711,"CONTOSO\ann",,"\\*\HR ""x""" \n   ->   row  [ text @ 6 | text @ 20, its quotes undone in place ]
 *
 * What follows a comma or the start of a record is a quoted field if it is a quote; it ends at a quote that is not doubled. Where
 * neither comma nor line end comes after that quote, it and the opening one are text, as are quotes within unquoted fields. CR LF, LF
 * and CR end a record; empty lines give none.
 */
import { endsLine, LINE_FEED } from "./csvfields";
import { AT_FIELD, cutRecord, moveCells, settle } from "./csvrecord";

/** Why `scanCsvRecords` returned. */
const DONE: i32 = 0;
const ROWS_FULL: i32 = 1;
const HEADER: i32 = 2;
const BAD_WIDTH: i32 = 3;
const BAD_TEXT: i32 = 4;
const LONG: i32 = 5;

/**
 * Scans records until the bytes end, the rows are full or the host is needed; it is called again, with the state as it was left.
 *
 * A record that the bytes end in is kept in state and `spare`, with places counted from its start, and is gone on with when more
 * bytes follow: none is searched twice. A CR at the end waits for what follows, as a quote does. After its last bytes the host puts a
 * line feed.
 *
 * @param state     u32[13], in/out: [0] where to go on, of a record under way its start  [1] the end of the bytes
 *                  [2] fields that a record has, 0 = as many as the first: that is told, and gives no row
 *                  out: [3] rows  [4] line ends, up to the last of a record that a code of 3 or 4 tells, up to the start of one of 5
 *                  [5] its fields
 *                  the record under way: [6] bytes searched, 0 = there is none  [7] where in it  [8] fields before
 *                  [9] its line ends  [10] start of the field  [11] whether it has doubled quotes  [12] where in it is the quote that
 *                  seemed to end it, or 0
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
