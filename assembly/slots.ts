/*
 * Hash tables of numbers: open addressing, linear probing, at most half full. A slot holds an item's hash and its number + 1, so that
 * an item is looked at only where its whole hash is the one that is looked for, and what else its list wants to have near.
 *
 *   table   u32[2]                [address of the slots, slots - 1]
 *   slot    u32[2 or 4]           [hash, number + 1 or 0, …]          of 2^shift bytes
 */
import { allocate, release } from "./heap";

const LEAST: u32 = 1024;

/** Starts a table; false where the heap is full. */
export function initSlots(table: usize, heap: usize, shift: u32): bool {
  return makeSlots(table, heap, LEAST, shift);
}

/** The address of the slot where the search for a hash begins. */
export function firstSlot(table: usize, hash: u32, shift: u32): usize {
  return <usize>load<u32>(table) + ((<usize>(hash & load<u32>(table, 4))) << shift);
}

/** The address of the slot after one. */
export function nextSlot(table: usize, slot: usize, shift: u32): usize {
  const slots = <usize>load<u32>(table);
  const next = slot + ((<usize>1) << shift);
  return next > slots + ((<usize>load<u32>(table, 4)) << shift) ? slots : next;
}

/** Puts a number into the free slot where its hash leads, and returns the slot's address. */
export function fill(table: usize, hash: u32, number: u32, shift: u32): usize {
  let slot = firstSlot(table, hash, shift);
  while (load<u32>(slot, 4) != 0) slot = nextSlot(table, slot, shift);
  store<u32>(slot, hash);
  store<u32>(slot, number + 1, 4);
  return slot;
}

/** Whether a table has room for one more than so many items. */
export function hasSlot(table: usize, items: u32): bool {
  return (items + 1) * 2 <= load<u32>(table, 4) + 1;
}

/** Gives a table twice its slots, all free: its items are to be put in again. False where the heap is full. */
export function doubleSlots(table: usize, heap: usize, shift: u32): bool {
  const old = <usize>load<u32>(table);
  const slots = load<u32>(table, 4) + 1;
  if (!makeSlots(table, heap, slots * 2, shift)) return false;
  release(heap, old, slots << shift);
  return true;
}

export function emptySlots(table: usize, shift: u32): void {
  memory.fill(<usize>load<u32>(table), 0, (<usize>load<u32>(table, 4) + 1) << shift);
}

function makeSlots(table: usize, heap: usize, slots: u32, shift: u32): bool {
  const bytes = slots << shift;
  const block = allocate(heap, bytes);
  if (block == 0) return false;
  memory.fill(block, 0, bytes);
  store<u32>(table, <u32>block);
  store<u32>(table, slots - 1, 4);
  return true;
}
