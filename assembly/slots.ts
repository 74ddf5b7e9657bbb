/*
 * Hash tables of numbers: open addressing, linear probing, at most half full. A slot holds an item's hash and its number + 1, so that
 * an item is looked at only where its whole hash is the one that is looked for; items keep their hashes too.
 *
 *   table   u32[2]   [address of the slots, slots - 1]
 *   slot    u32[2]   [hash, number + 1 or 0]
 */
import { allocate, release } from "./heap";
import { itemAt, lengthOf } from "./lists";

const LEAST: u32 = 1024;
const SLOT: u32 = 3;

/** Starts a table; false where the heap is full. */
export function initSlots(table: usize, heap: usize): bool {
  return resize(table, heap, LEAST);
}

/** The address of the slot where the search for a hash begins. */
export function firstSlot(table: usize, hash: u32): usize {
  return <usize>load<u32>(table) + ((<usize>(hash & load<u32>(table, 4))) << SLOT);
}

/** The address of the slot after one. */
export function nextSlot(table: usize, slot: usize): usize {
  const slots = <usize>load<u32>(table);
  return slots + ((slot - slots + 8) & (((<usize>load<u32>(table, 4)) << SLOT) | 7));
}

/** Makes sure that one item more than a list has finds a slot; false where the heap is full. Items begin with their hashes. */
export function slotForOne(table: usize, heap: usize, list: usize): bool {
  const slots = load<u32>(table, 4) + 1;
  if ((lengthOf(list) + 1) * 2 <= slots) return true;
  const old = <usize>load<u32>(table);
  if (!resize(table, heap, slots * 2)) return false;
  release(heap, old, slots << SLOT);
  const items = lengthOf(list);
  for (let n: u32 = 0; n < items; n++) fill(table, load<u32>(itemAt(list, n)), n);
  return true;
}

/** Puts a number into the free slot where its hash leads. */
export function fill(table: usize, hash: u32, number: u32): void {
  let slot = firstSlot(table, hash);
  while (load<u32>(slot, 4) != 0) slot = nextSlot(table, slot);
  store<u32>(slot, hash);
  store<u32>(slot, number + 1, 4);
}

export function emptySlots(table: usize): void {
  memory.fill(<usize>load<u32>(table), 0, (<usize>load<u32>(table, 4) + 1) << SLOT);
}

function resize(table: usize, heap: usize, slots: u32): bool {
  const bytes = slots << SLOT;
  const block = allocate(heap, bytes);
  if (block == 0) return false;
  memory.fill(block, 0, bytes);
  store<u32>(table, <u32>block);
  store<u32>(table, slots - 1, 4);
  return true;
}
