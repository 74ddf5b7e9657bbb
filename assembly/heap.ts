/*
 * Blocks of memory for what grows: input, names, counts. Sizes are powers of two, freed blocks are used again for their size.
 *
 *   heap   u32[HEAP_WORDS]   [next free address, end that must not be passed, first free block of 2^0 bytes, of 2^1, …]
 *
 * A free block's first word is the address of the next one. Addresses are multiples of 64.
 */
const LEAST: u32 = 6;
const PAGE: u64 = 65536;
/** In pages. */
const STEP: i32 = 256;

/** Bytes of a heap's header. */
export function heapBytes(): i32 {
  return (2 + 32) * 4;
}

/** @returns the size of the block that holds so many bytes: the power of two that is not below */
export function blockBytes(bytes: u32): u32 {
  return (<u32>1) << sizeClass(bytes);
}

function sizeClass(bytes: u32): u32 {
  return max(LEAST, bytes <= 1 ? 0 : 32 - <u32>clz(bytes - 1));
}

/**
 * A block for so many bytes, at most 2^31; what is in it is not defined.
 *
 * @returns its address, or 0 where the heap's end or the memory's is reached
 */
export function allocate(heap: usize, bytes: u32): usize {
  const size = sizeClass(bytes);
  const list = heap + 8 + ((<usize>size) << 2);
  const free = <usize>load<u32>(list);
  if (free != 0) {
    store<u32>(list, load<u32>(free));
    return free;
  }
  const at = <usize>load<u32>(heap);
  const next = <u64>at + ((<u64>1) << size);
  if (next > <u64>load<u32>(heap, 4) || !reach(next)) return 0;
  store<u32>(heap, <u32>next);
  return at;
}

/** Gives back a block of `allocate`, with the bytes that were asked for. */
export function release(heap: usize, at: usize, bytes: u32): void {
  const list = heap + 8 + ((<usize>sizeClass(bytes)) << 2);
  store<u32>(at, load<u32>(list));
  store<u32>(list, <u32>at);
}

/**
 * Grows the memory to so many bytes; false where that cannot be.
 *
 * A step is large, since each interrupts the other threads of the process; what is not used of it takes no memory.
 */
function reach(bytes: u64): bool {
  const has = memory.size();
  const needs = <i32>((bytes + PAGE - 1) / PAGE);
  if (needs <= has) return true;
  return memory.grow(max(needs - has, STEP)) >= 0 || memory.grow(needs - has) >= 0;
}
