/*
 * Accesses counted by (tenant, user, resource, day), by ids of names.
 *
 *   row         [hash, tenant, user, resource, day, -, weight (f64)]      in the order of first appearance
 *   repeat      [row, -, weight (f64)]                                    what is not summed, in the order of accesses
 *   record id   [id (u64), id (u64), row or -1 - repeat, -, -, -]
 */

import {
  BLOCKS,
  COUNTER_BYTES,
  counterHeap,
  counterKey,
  NAMES,
  RECORD_IDS,
  REPEATS,
  ROW_SLOTS,
  ROWS,
} from "./counterlayout";
import { emptyNames, initNames, intern, NO_ROOM } from "./dictionary";
import { hashBytes, hashWords } from "./hash";
import { emptyList, initList, itemAt, LIST_BYTES, lengthOf, push, roomForOne } from "./lists";
import { doubleSlots, emptySlots, fill, firstSlot, hasSlot, initSlots, nextSlot } from "./slots";

/** Log2 of the bytes of a slot of rows, then of items. */
const SLOT: u32 = 3;
const NAME_SHIFT: u32 = 4;
const ROW_SHIFT: u32 = 5;
const REPEAT_SHIFT: u32 = 4;
const RECORD_SHIFT: u32 = 5;

export function counterBytes(): i32 {
  return <i32>COUNTER_BYTES;
}

/** @returns the byte offset of a list in a counter: 0 names, 1 blocks of their bytes, 2 rows, 3 repeats, 4 record ids */
export function counterList(number: i32): i32 {
  return <i32>NAMES + number * <i32>LIST_BYTES;
}

/**
 * Starts a counter.
 *
 * @param counter  u8[counterBytes], out
 * @param key      the key of its hashes
 * @returns 0, or -1 where the heap is full
 */
export function initCounter(counter: usize, heap: usize, key: u64): i32 {
  store<u32>(counter, <u32>heap);
  store<u64>(counter, key, 8);
  initList(counter + NAMES, NAME_SHIFT);
  initList(counter + BLOCKS, NAME_SHIFT);
  initList(counter + ROWS, ROW_SHIFT);
  initList(counter + REPEATS, REPEAT_SHIFT);
  initList(counter + RECORD_IDS, RECORD_SHIFT);
  return initNames(counter, heap) && initSlots(counter + ROW_SLOTS, heap, SLOT) ? 0 : -1;
}

/** Forgets everything; the blocks are kept for what comes. */
export function emptyCounter(counter: usize): void {
  emptyNames(counter);
  emptyList(counter + ROWS);
  emptyList(counter + REPEATS);
  emptyList(counter + RECORD_IDS);
  emptySlots(counter + ROW_SLOTS, SLOT);
}

/**
 * Gives names their ids.
 *
 * @param bytes  u8, the names one after the other; 8 more may be read
 * @param ends   u32[count], where each ends
 * @param ids    u32[count], out
 * @returns how many have one: less than `count` where the heap is full
 */
export function internNames(counter: usize, bytes: usize, ends: usize, count: u32, ids: usize): u32 {
  let start: u32 = 0;
  for (let n: u32 = 0; n < count; n++) {
    const end = load<u32>(ends + ((<usize>n) << 2));
    const id = intern(counter, bytes + <usize>start, end - start);
    if (id == NO_ROOM) return n;
    store<u32>(ids + ((<usize>n) << 2), id);
    start = end;
  }
  return count;
}

/**
 * Adds accesses.
 *
 * @param tenant, user, resource  i32[count], ids of names as `ids` translates them
 * @param day     i32[count]
 * @param weight  f64[count]
 * @param ids     u32[names]
 * @returns how many were added: less than `count` where the heap is full
 */
export function addAccesses(
  counter: usize,
  tenant: usize,
  user: usize,
  resource: usize,
  day: usize,
  weight: usize,
  count: u32,
  ids: usize,
): u32 {
  for (let n: u32 = 0; n < count; n++) {
    const at = (<usize>n) << 2;
    const row = rowOf(
      counter,
      load<u32>(ids + ((<usize>load<u32>(tenant + at)) << 2)),
      load<u32>(ids + ((<usize>load<u32>(user + at)) << 2)),
      load<u32>(ids + ((<usize>load<u32>(resource + at)) << 2)),
      load<i32>(day + at),
    );
    if (row == 0) return n;
    store<f64>(row, load<f64>(row, 24) + load<f64>(weight + (at << 1)), 24);
  }
  return count;
}

/**
 * Counts an access.
 *
 * @param apart   whether a weight after the row's first is kept apart
 * @param id      the record id's bytes, of which eight more may be read; without one 0 bytes
 * @returns whether there was room; nothing is counted where there was none
 */
export function countAccess(
  counter: usize,
  tenant: u32,
  user: u32,
  resource: u32,
  day: i32,
  weight: f64,
  apart: bool,
  id: usize,
  idLength: u32,
): bool {
  const heap = counterHeap(counter);
  const records = counter + RECORD_IDS;
  const repeats = counter + REPEATS;
  if ((idLength != 0 && !roomForOne(records, heap)) || (apart && !roomForOne(repeats, heap))) return false;
  const before = lengthOf(counter + ROWS);
  const row = rowOf(counter, tenant, user, resource, day);
  if (row == 0) return false;
  let place = <i32>load<u32>(row, 20);
  if (apart && lengthOf(counter + ROWS) == before) {
    const repeat = lengthOf(repeats);
    const item = push(repeats);
    store<i32>(item, place);
    store<f64>(item, weight, 8);
    place = -1 - <i32>repeat;
  } else store<f64>(row, load<f64>(row, 24) + weight, 24);
  if (idLength != 0) {
    const item = push(records);
    const first = hashBytes(id, idLength, counterKey(counter));
    store<u64>(item, first);
    store<u64>(item, hashBytes(id, idLength, ~first), 8);
    store<i32>(item, place, 16);
  }
  return true;
}

/** The row of a key, added with no weight if it is new; 0 where the heap is full. */
function rowOf(counter: usize, tenant: u32, user: u32, resource: u32, day: i32): usize {
  const key = counterKey(counter);
  const hash = <u32>hashWords(((<u64>tenant) << 32) | user, ((<u64>resource) << 32) | <u64>(<u32>day), key);
  const rows = counter + ROWS;
  const table = counter + ROW_SLOTS;
  let slot = firstSlot(table, hash, SLOT);
  while (true) {
    const known = load<u32>(slot, 4);
    if (known == 0) break;
    if (load<u32>(slot) == hash) {
      const row = itemAt(rows, known - 1);
      if (
        load<u32>(row, 8) == user &&
        load<u32>(row, 12) == resource &&
        load<i32>(row, 16) == day &&
        load<u32>(row, 4) == tenant
      )
        return row;
    }
    slot = nextSlot(table, slot, SLOT);
  }
  const heap = counterHeap(counter);
  if (!roomForOne(rows, heap) || !slotForOne(table, heap, rows)) return 0;
  const number = lengthOf(rows);
  const row = push(rows);
  store<u32>(row, hash);
  store<u32>(row, tenant, 4);
  store<u32>(row, user, 8);
  store<u32>(row, resource, 12);
  store<i32>(row, day, 16);
  store<u32>(row, number, 20);
  // What leaves any weight as it is, also a negative zero.
  store<f64>(row, -0.0, 24);
  fill(table, hash, number, SLOT);
  return row;
}

/** Makes sure that one more row finds a slot; false where the heap is full. */
function slotForOne(table: usize, heap: usize, rows: usize): bool {
  const count = lengthOf(rows);
  if (hasSlot(table, count)) return true;
  if (!doubleSlots(table, heap, SLOT)) return false;
  for (let row: u32 = 0; row < count; row++) fill(table, load<u32>(itemAt(rows, row)), row, SLOT);
  return true;
}
