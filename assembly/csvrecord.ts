/*
 * One record of CSV: cut into fields, which may go on with later bytes, then settled.
 */
import {
  COMMA,
  endOfPlain,
  endsLine,
  findQuote,
  judgeText,
  QUOTE,
  QUOTED,
  RETURN,
  skipFields,
  undoQuotes,
} from "./csvfields";
import { cellOf, FLAGS_SHIFT, TEXT } from "./jsonfields";
import { ESCAPED, NOT_ASCII } from "./jsonstring";

/** Where in a record a scan stands. */
export const AT_FIELD: u32 = 0;
const IN_PLAIN: u32 = 1;
const IN_QUOTED: u32 = 2;

/** Where no more columns are asked for. */
const NO_COLUMN: u32 = 0xffffffff;

/** A text whose quotes are to be undone; no cell has the flag when a scan returns. */
const QUOTES: u32 = <u32>(ESCAPED >> FLAGS_SHIFT);

/**
 * Cuts one record, or goes on with it.
 *
 * A cell has its field as it is written: without the quotes around it, or with them where text follows the closing one, which its last
 * word then tells.
 *
 * @param state  as `scanCsvRecords` has it, in/out
 * @returns the line end after it, with its fields and lines in the state; 0 where the bytes end before, with all that is needed to go on
 */
export function cutRecord(state: usize, asked: usize, row: usize, start: usize, end: usize): usize {
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
export function moveCells(asked: usize, from: usize, to: usize, by: usize): void {
  for (; load<u32>(asked) != NO_COLUMN; asked += 8) {
    const node = load<u32>(asked, 4);
    const cell = cellOf(to, node);
    v128.store(cell, v128.load(cellOf(from, node)));
    store<u32>(cell, load<u32>(cell, 4) + <u32>by, 4);
  }
}

/** Makes the texts of a whole record what they stand for; false where one is not UTF-8. */
export function settle(asked: usize, row: usize): bool {
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
