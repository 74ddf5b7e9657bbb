/*
 * Where the parts of a counter lie: dictionary, counted rows, and what is kept beside them.
 *
 *   [heap, -, key (u64), table of names, table of rows, lists: names, their blocks, rows, repeats, record ids]
 */
import { LIST_BYTES } from "./lists";

export const NAME_SLOTS: usize = 32;
export const ROW_SLOTS: usize = 40;
export const NAMES: usize = 64;
export const BLOCKS: usize = NAMES + LIST_BYTES;
export const ROWS: usize = BLOCKS + LIST_BYTES;
export const REPEATS: usize = ROWS + LIST_BYTES;
export const RECORD_IDS: usize = REPEATS + LIST_BYTES;
export const COUNTER_BYTES: usize = RECORD_IDS + LIST_BYTES;

export function counterHeap(counter: usize): usize {
  return <usize>load<u32>(counter);
}

export function counterKey(counter: usize): u64 {
  return load<u64>(counter, 8);
}
