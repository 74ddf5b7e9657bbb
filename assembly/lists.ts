/*
 * Lists that grow without moving: items of a power of two bytes, in segments of 1 MiB from the heap.
 *
 *   list   u32[4 + SEGMENTS]   [items, segments, log2 of an item's bytes, -, segment addresses …]
 */
import { allocate } from "./heap";

const SEGMENT: u32 = 20;
/** As many as fit into a 32-bit memory. */
const SEGMENTS: u32 = 4096;
const HEAD: usize = 16;

/** Bytes of a list's header, where all of it is zero but the size of its items. */
export const LIST_BYTES: usize = HEAD + 4 * <usize>SEGMENTS;

export function initList(list: usize, itemShift: u32): void {
  memory.fill(list, 0, LIST_BYTES);
  store<u32>(list, itemShift, 8);
}

export function lengthOf(list: usize): u32 {
  return load<u32>(list);
}

/** The address of an item. */
export function itemAt(list: usize, index: u32): usize {
  const shift = load<u32>(list, 8);
  const each = SEGMENT - shift;
  const segment = <usize>load<u32>(list + HEAD + ((<usize>(index >>> each)) << 2));
  return segment + ((<usize>(index & ((1 << each) - 1))) << shift);
}

/** Makes sure that one more item has room; false where the heap is full. */
export function roomForOne(list: usize, heap: usize): bool {
  const each = SEGMENT - load<u32>(list, 8);
  const segment = load<u32>(list) >>> each;
  if (segment < load<u32>(list, 4)) return true;
  const block = allocate(heap, 1 << SEGMENT);
  if (block == 0) return false;
  store<u32>(list + HEAD + ((<usize>segment) << 2), <u32>block);
  store<u32>(list, segment + 1, 4);
  return true;
}

/** Adds an item, after `roomForOne`, and returns its address. */
export function push(list: usize): usize {
  const index = load<u32>(list);
  store<u32>(list, index + 1);
  return itemAt(list, index);
}

/** Forgets the items and keeps their segments. */
export function emptyList(list: usize): void {
  store<u32>(list, 0);
}
