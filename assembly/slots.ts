/*
 * Hash tables of numbers: open addressing, linear probing, at most half full. A slot holds an item's number + 1, or 0; the items keep
 * their hashes, so that a table can be built again.
 *
 *   table   u32[2]   [address of the slots, slots - 1]
 */
import { allocate, release } from "./heap";
import { itemAt, lengthOf } from "./lists";

const LEAST: u32 = 1024;

/** Starts a table; false where the heap is full. */
export function initSlots(table: usize, heap: usize): bool {
  return resize(table, heap, LEAST);
}

/** Makes sure that one item more than a list has finds a slot; false where the heap is full. */
export function slotForOne(table: usize, heap: usize, list: usize, hashOffset: usize): bool {
  const slots = load<u32>(table, 4) + 1;
  if ((lengthOf(list) + 1) * 2 <= slots) return true;
  const old = <usize>load<u32>(table);
  if (!resize(table, heap, slots * 2)) return false;
  release(heap, old, slots << 2);
  const items = lengthOf(list);
  for (let n: u32 = 0; n < items; n++) fill(table, load<u32>(itemAt(list, n) + hashOffset), n);
  return true;
}

/** Puts a number into the free slot where its hash leads. */
export function fill(table: usize, hash: u32, number: u32): void {
  const slots = <usize>load<u32>(table);
  const mask = load<u32>(table, 4);
  let slot = hash & mask;
  while (load<u32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
  store<u32>(slots + ((<usize>slot) << 2), number + 1);
}

export function emptySlots(table: usize): void {
  memory.fill(<usize>load<u32>(table), 0, (<usize>load<u32>(table, 4) + 1) << 2);
}

function resize(table: usize, heap: usize, slots: u32): bool {
  const block = allocate(heap, slots << 2);
  if (block == 0) return false;
  memory.fill(block, 0, (<usize>slots) << 2);
  store<u32>(table, <u32>block);
  store<u32>(table, slots - 1, 4);
  return true;
}
