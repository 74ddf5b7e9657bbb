/*
 * A dictionary of names: bytes to dense ids from 0, in the order of first appearance.
 *
 * An item is [hash, address, bytes, flags]; a slot of the table has [hash, id + 1, address, bytes], so that finding a name touches the
 * slot and its bytes alone. The bytes of all names lie one after the other, in the order of ids, in blocks of a list
 * of their own: [address, size, used, -].
 */

import { BLOCKS, counterHeap, counterKey, NAME_SLOTS, NAMES } from "./counterlayout";
import { hashBytes } from "./hash";
import { allocate, release } from "./heap";
import { emptyList, itemAt, lengthOf, push, roomForOne } from "./lists";
import { same } from "./names";
import { doubleSlots, emptySlots, fill, firstSlot, hasSlot, initSlots, nextSlot } from "./slots";

/** The id of a name that finds no room. */
export const NO_ROOM: u32 = 0xffff_ffff;

/** Log2 of a slot's bytes. */
const SLOT: u32 = 4;
const BLOCK: u32 = 1 << 20;
/** Bytes after a name that may be read. */
const SLACK: u32 = 8;
/** The most bytes of a name. */
const LONGEST: u32 = 1 << 30;

/** The id of a name, given now if it is new; NO_ROOM where the heap is full. Eight bytes after it may be read. */
export function intern(counter: usize, at: usize, length: u32): u32 {
  const hash = <u32>hashBytes(at, length, counterKey(counter));
  const table = counter + NAME_SLOTS;
  let slot = firstSlot(table, hash, SLOT);
  while (true) {
    const known = load<u32>(slot, 4);
    if (known == 0) return add(counter, at, length, hash);
    if (load<u32>(slot) == hash && load<u32>(slot, 12) == length && same(at, <usize>load<u32>(slot, 8), length))
      return known - 1;
    slot = nextSlot(table, slot, SLOT);
  }
}

function add(counter: usize, at: usize, length: u32, hash: u32): u32 {
  const heap = counterHeap(counter);
  const names = counter + NAMES;
  if (length > LONGEST || !roomForOne(names, heap) || !slotForOne(counter, heap)) return NO_ROOM;
  const to = place(counter, heap, length);
  if (to == 0) return NO_ROOM;
  memory.copy(to, at, length);
  const id = lengthOf(names);
  const item = push(names);
  store<u32>(item, hash);
  store<u32>(item, <u32>to, 4);
  store<u32>(item, length, 8);
  store<u32>(item, 0, 12);
  putSlot(counter, id, item);
  return id;
}

function putSlot(counter: usize, id: u32, item: usize): void {
  const slot = fill(counter + NAME_SLOTS, load<u32>(item), id, SLOT);
  store<u32>(slot, load<u32>(item, 4), 8);
  store<u32>(slot, load<u32>(item, 8), 12);
}

/** Makes sure that one more name finds a slot; false where the heap is full. */
function slotForOne(counter: usize, heap: usize): bool {
  const names = counter + NAMES;
  const count = lengthOf(names);
  if (hasSlot(counter + NAME_SLOTS, count)) return true;
  if (!doubleSlots(counter + NAME_SLOTS, heap, SLOT)) return false;
  for (let id: u32 = 0; id < count; id++) putSlot(counter, id, itemAt(names, id));
  return true;
}

/** Starts an empty dictionary; false where the heap is full. */
export function initNames(counter: usize, heap: usize): bool {
  return initSlots(counter + NAME_SLOTS, heap, SLOT);
}

/** Where the bytes of a new name go. */
function place(counter: usize, heap: usize, length: u32): usize {
  const blocks = counter + BLOCKS;
  const count = lengthOf(blocks);
  if (count > 0) {
    const last = itemAt(blocks, count - 1);
    const used = load<u32>(last, 8);
    if (used + length + SLACK <= load<u32>(last, 4)) {
      store<u32>(last, used + length, 8);
      return <usize>(load<u32>(last) + used);
    }
  }
  if (!roomForOne(blocks, heap)) return 0;
  const size = max(BLOCK, length + SLACK);
  const block = allocate(heap, size);
  if (block == 0) return 0;
  const item = push(blocks);
  store<u32>(item, <u32>block);
  store<u32>(item, size, 4);
  store<u32>(item, length, 8);
  return block;
}

export function emptyNames(counter: usize): void {
  const heap = counterHeap(counter);
  const blocks = counter + BLOCKS;
  for (let n: u32 = 0; n < lengthOf(blocks); n++) {
    const block = itemAt(blocks, n);
    release(heap, <usize>load<u32>(block), load<u32>(block, 4));
  }
  emptyList(blocks);
  emptyList(counter + NAMES);
  emptySlots(counter + NAME_SLOTS, SLOT);
}
