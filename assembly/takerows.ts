/*
 * The rules of what an access is, over rows of cells: the kernel's twin of src/ingest/rows.ts, which says them in words. What is rare,
 * such as a time that is a number, is left to the host, a row at a time and in its turn, so that the order of accesses is kept.
 *
 *   program   u32[16]   [flags, -, since (f64), until (f64), fields of the time, field of the weight or 0, of the record id or 0,
 *                        conditions, sources of tenant, user and resource, -, text of the tenant of rows without one (u64)]
 *   conditions  u32[1 + 3 n]   [n, (fields, values, whether rows without any of the fields need names) …]
 *
 * See `rowvalues.ts` for fields, values and texts, `rownames.ts` for sources.
 */
import { countAccess } from "./counter";
import { counterHeap, NAMES } from "./counterlayout";
import { intern, NO_ROOM } from "./dictionary";
import { NUMBER, TEXT } from "./jsonfields";
import { itemAt } from "./lists";
import { BAD_NAME, nameOf } from "./rownames";
import {
  ASK,
  ASK_TEXT,
  addressOfText,
  bytesAt,
  cellAt,
  firstPresent,
  isOneOf,
  isPlain,
  kindAt,
  lengthOfText,
  textAt,
} from "./rowvalues";
import { dayOf, NO_TIME, parseIsoTime } from "./time";
import { parseWeight } from "./weight";

/** Why `takeRows` returned. */
const DONE: i32 = 0;
const HOST_ROW: i32 = 1;
const NEW_USER: i32 = 2;
const FULL: i32 = 3;

/** Flags of a program. */
const BOUNDED: u32 = 1;
const WEIGHT_REQUIRED: u32 = 2;
const ALLOW_LIST: u32 = 4;
const APART: u32 = 8;

/** What became of rows: the tallies of the taker, in this order. */
const COUNTED: i32 = 0;
const WEIGHTED: i32 = 1;
const NO_TIME_TALLY: i32 = 2;
const NOT_SELECTED: i32 = 3;
const OUTSIDE_TIME: i32 = 4;
const NO_USER: i32 = 5;
const NO_RESOURCE: i32 = 6;
const BAD_FIELD: i32 = 7;
const BAD_WEIGHT: i32 = 8;
const ALLOW_LISTED: i32 = 9;
/** The host must decide, or there is no room. */
const ASK_HOST: i32 = -1;
const ASK_USER: i32 = -2;
const NO_MEMORY: i32 = -3;

/** What a name's item says, once the host has asked the allow-list: 1 where it has no such user, 2 where it has. */
const ALLOWED: u32 = 2;

const NO_DAY: i32 = i32.MIN_VALUE;

/** Where the parts of a taker lie. */
const BUFFER: usize = 24;
const TALLIES: usize = 64;

export function takerBytes(): i32 {
  return 128;
}

/**
 * Takes rows until all are, or the host is needed; it is called again, with the state as it was left, until it returns 0.
 *
 * @param taker  u32[32]  [0] counter  [1] program  [2] bytes of a row  [3] in/out: the next row  [4] out: a user's name
 *               [6], [7] its buffer
 *               [8] in/out: whether a weighted row was counted before  [9], [10] in/out: first and last day, NO_DAY before there is one
 *               [16 …] in/out: what became of rows, by the numbers above
 * @param rows   the first row of cells
 * @param count  how many there are
 * @returns 0  all are taken
 *          1  the next row is for the host, which goes on after it
 *          2  the next row's user, by its id in [4], is to be looked up in the allow-list
 *          3  there is no room for the next row's access
 */
export function takeRows(taker: usize, rows: usize, count: u32): i32 {
  const bytes = <usize>load<u32>(taker, 8);
  let next = load<u32>(taker, 12);
  let row = rows + <usize>next * bytes;
  let code = DONE;
  while (next < count) {
    const outcome = take(taker, row);
    if (outcome < 0) {
      code = outcome == ASK_HOST ? HOST_ROW : outcome == ASK_USER ? NEW_USER : FULL;
      break;
    }
    tally(taker, outcome);
    next++;
    row += bytes;
  }
  store<u32>(taker, next, 12);
  return code;
}

function tally(taker: usize, what: i32): void {
  const at = taker + TALLIES + ((<usize>what) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** What becomes of a row: the tally that it counts in. */
function take(taker: usize, row: usize): i32 {
  const program = <usize>load<u32>(taker, 4);
  const flags = load<u32>(program);
  const heap = counterHeap(<usize>load<u32>(taker));
  const selected = isSelected(taker, program, row, heap);
  if (selected <= 0) return selected < 0 ? ASK_HOST : NOT_SELECTED;

  const timeCell = firstPresent(row, <usize>load<u32>(program, 24));
  if (timeCell == ASK) return ASK_HOST;
  let time = NO_TIME;
  if (timeCell != 0) {
    const kind = kindAt(timeCell);
    if (kind == NUMBER) return ASK_HOST;
    if (kind == TEXT) {
      if (!isPlain(timeCell)) return ASK_HOST;
      const text = bytesAt(timeCell);
      time = parseIsoTime(addressOfText(text), lengthOfText(text));
      if (time == NO_TIME) return ASK_HOST;
    }
  }
  if (
    flags & BOUNDED &&
    !(time != NO_TIME && <f64>time >= load<f64>(program, 8) && <f64>time < load<f64>(program, 16))
  ) {
    if (time == NO_TIME) tally(taker, NO_TIME_TALLY);
    return OUTSIDE_TIME;
  }
  return takeNames(taker, program, row, time, heap);
}

/** The rest of the rules: a selected row within the bounds of time. */
function takeNames(taker: usize, program: usize, row: usize, time: i64, heap: usize): i32 {
  const counter = <usize>load<u32>(taker);
  const flags = load<u32>(program);
  const user = nameOf(taker + BUFFER, <usize>load<u32>(program, 44), row, heap);
  if (user == ASK_TEXT) return ASK_HOST;
  if (lengthOfText(user) == 0) return user == BAD_NAME ? BAD_FIELD : NO_USER;
  // Names are interned one by one, since they may share a buffer; one that no row uses is harmless.
  const userId = intern(counter, addressOfText(user), lengthOfText(user));
  if (userId == NO_ROOM) return NO_MEMORY;
  const resource = nameOf(taker + BUFFER, <usize>load<u32>(program, 48), row, heap);
  if (resource == ASK_TEXT) return ASK_HOST;
  if (lengthOfText(resource) == 0) return resource == BAD_NAME ? BAD_FIELD : NO_RESOURCE;

  let weight: f64 = 1;
  let weighted = false;
  const weightField = <usize>load<u32>(program, 28);
  if (weightField != 0) {
    const cell = cellAt(row, weightField);
    if (cell == ASK) return ASK_HOST;
    weighted = cell != 0 || (flags & WEIGHT_REQUIRED) != 0;
    if (weighted) {
      const kind = kindAt(cell);
      if (kind == TEXT) return ASK_HOST;
      if (kind != NUMBER) return BAD_WEIGHT;
      weight = parseWeight(bytesAt(cell));
      if (!(weight <= f64.MAX_VALUE)) return ASK_HOST;
    }
  }
  if (flags & ALLOW_LIST) {
    const known = load<u32>(itemAt(counter + NAMES, userId), 12);
    if (known == 0) {
      store<u32>(taker, userId, 16);
      return ASK_USER;
    }
    if (known == ALLOWED) return ALLOW_LISTED;
  }
  const resourceId = intern(counter, addressOfText(resource), lengthOfText(resource));
  if (resourceId == NO_ROOM) return NO_MEMORY;
  let tenant = nameOf(taker + BUFFER, <usize>load<u32>(program, 40), row, heap);
  if (tenant == ASK_TEXT) return ASK_HOST;
  if (lengthOfText(tenant) == 0) tenant = load<u64>(program, 56);
  const tenantId = intern(counter, addressOfText(tenant), lengthOfText(tenant));
  if (tenantId == NO_ROOM) return NO_MEMORY;

  let id: u64 = 0;
  const idField = <usize>load<u32>(program, 32);
  if (idField != 0) {
    const cell = cellAt(row, idField);
    if (cell == ASK) return ASK_HOST;
    id = textAt(cell, taker + BUFFER, 0, heap);
    if (id == ASK_TEXT) return ASK_HOST;
  }
  const day = time == NO_TIME ? NO_DAY : dayOf(time);
  const apart = (flags & APART) != 0 && (weighted || load<u32>(taker, 32) != 0);
  if (!countAccess(counter, tenantId, userId, resourceId, day, weight, apart, addressOfText(id), lengthOfText(id)))
    return NO_MEMORY;
  if (day == NO_DAY) tally(taker, NO_TIME_TALLY);
  else widen(taker, day);
  if (weighted) {
    tally(taker, WEIGHTED);
    store<u32>(taker, 1, 32);
  }
  return COUNTED;
}

function widen(taker: usize, day: i32): void {
  if (load<i32>(taker, 36) == NO_DAY || day < load<i32>(taker, 36)) store<i32>(taker, day, 36);
  if (load<i32>(taker, 40) == NO_DAY || day > load<i32>(taker, 40)) store<i32>(taker, day, 40);
}

/** 1 where all conditions hold, 0 where one does not, -1 where the host must decide. */
function isSelected(taker: usize, program: usize, row: usize, heap: usize): i32 {
  const conditions = <usize>load<u32>(program, 36);
  const end = conditions + 4 + <usize>load<u32>(conditions) * 12;
  for (let condition = conditions + 4; condition < end; condition += 12) {
    const cell = firstPresent(row, <usize>load<u32>(condition));
    if (cell == ASK) return -1;
    if (cell == 0) {
      if (!load<u32>(condition, 8)) return 0;
      const user = nameOf(taker + BUFFER, <usize>load<u32>(program, 44), row, heap);
      if (user == ASK_TEXT) return -1;
      if (lengthOfText(user) == 0) return 0;
      const resource = nameOf(taker + BUFFER, <usize>load<u32>(program, 48), row, heap);
      if (resource == ASK_TEXT) return -1;
      if (lengthOfText(resource) == 0) return 0;
    } else {
      const text = textAt(cell, taker + BUFFER, 0, heap);
      if (text == ASK_TEXT) return -1;
      if (!isOneOf(text, <usize>load<u32>(condition, 4))) return 0;
    }
  }
  return 1;
}
