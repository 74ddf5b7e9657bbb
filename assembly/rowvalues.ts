/*
 * Values of a row's fields, as names: the kernel's side of src/ingest/values.ts.
 *
 *   field    u32[2 + n]   [node of exactly its name, n, the nodes along its dotted path …]
 *   fields   u32[1 + n]   [n, their addresses …]
 *   text     u64          address, and bytes in the upper half; no bytes: none
 */

import { allocate, blockBytes, release } from "./heap";
import { ARRAY, cellOf, decodeEscapes, NULL, NUMBER, OBJECT, TEXT } from "./jsonfields";

/** A cell that the host must resolve: a path that leads into text. */
export const ASK: usize = 1;
/** The text of one that it must, or that found no memory. */
export const ASK_TEXT: u64 = 1;

const KIND: u32 = 0xff;
const ESCAPED_TEXT: u32 = 0x100;

export function kindAt(cell: usize): u32 {
  return cell == 0 ? 0 : load<u32>(cell) & KIND;
}

/** The bytes of a text or another value as it is written. */
export function bytesAt(cell: usize): u64 {
  return load<u64>(cell, 4);
}

/** Whether a cell is text that is written as it is meant, in ASCII. */
export function isPlain(cell: usize): bool {
  return load<u32>(cell) == TEXT;
}

export function lengthOfText(text: u64): u32 {
  return <u32>(text >> 32);
}

export function addressOfText(text: u64): usize {
  return <usize>(<u32>text);
}

/** The cell of a field in a row; 0 where it has no value, ASK where the host must look. */
export function cellAt(row: usize, field: usize): usize {
  const exact = cellOf(row, load<u32>(field));
  if (load<u32>(exact) != 0) return exact;
  const length = load<u32>(field, 4);
  if (length == 0) return 0;
  let place = field + 8;
  const last = place + ((<usize>(length - 1)) << 2);
  for (; place < last; place += 4) {
    const kind = load<u32>(cellOf(row, load<u32>(place))) & KIND;
    if (kind == TEXT) return ASK;
    if (kind != OBJECT) return 0;
  }
  const cell = cellOf(row, load<u32>(last));
  return load<u32>(cell) == 0 ? 0 : cell;
}

/** The cell of the first field that has a value, neither null nor empty text; as `cellAt`. */
export function firstPresent(row: usize, fields: usize): usize {
  const end = fields + 4 + ((<usize>load<u32>(fields)) << 2);
  for (let field = fields + 4; field < end; field += 4) {
    const cell = cellAt(row, <usize>load<u32>(field));
    if (cell == 0) continue;
    if (cell == ASK) return ASK;
    const kind = kindAt(cell);
    if (kind == NULL || (kind == TEXT && load<u32>(cell, 8) == 0)) continue;
    return cell;
  }
  return 0;
}

/**
 * The text of a value; none where it is no name: absent, null, an object, an array.
 *
 * @param buffer  u32[2], [address, bytes] of a block that grows: escapes are undone there, after the first `used` bytes
 */
export function textAt(cell: usize, buffer: usize, used: u32, heap: usize): u64 {
  const kind = kindAt(cell);
  if (kind == 0 || kind == NULL || kind == OBJECT || kind == ARRAY) return 0;
  const bytes = bytesAt(cell);
  if (kind == NUMBER) return numberText(bytes);
  if (!(load<u32>(cell) & ESCAPED_TEXT)) return bytes;
  const length = lengthOfText(bytes);
  if (!makeRoom(buffer, used + length, used, heap)) return ASK_TEXT;
  const at = addressOfText(bytes);
  const to = <usize>(load<u32>(buffer) + used);
  const decoded = decodeEscapes(at, at + <usize>length, to, length);
  replaceSurrogates(to, decoded);
  return <u64>to | ((<u64>decoded) << 32);
}

/** A number as it is written, less the trailing zeros of its fraction; as it is where it has an exponent. */
function numberText(bytes: u64): u64 {
  const at = addressOfText(bytes);
  let length = lengthOfText(bytes);
  let fraction = false;
  for (let i: u32 = 0; i < length; i++) {
    const byte = load<u8>(at + <usize>i);
    if (byte == 0x2e) fraction = true;
    else if ((byte | 0x20) == 0x65) return bytes;
  }
  if (!fraction) return bytes;
  while (load<u8>(at + <usize>length - 1) == 0x30) length--;
  if (load<u8>(at + <usize>length - 1) == 0x2e) length--;
  return <u64>at | ((<u64>length) << 32);
}

/** Makes a block hold so many bytes and 8 more, and keeps the first of it. */
export function makeRoom(buffer: usize, bytes: u32, kept: u32, heap: usize): bool {
  const has = load<u32>(buffer, 4);
  if (bytes + 8 <= has) return true;
  const size = blockBytes(max(bytes + 8, 4096));
  const block = allocate(heap, size);
  if (block == 0) return false;
  const old = <usize>load<u32>(buffer);
  memory.copy(block, old, kept);
  if (has != 0) release(heap, old, has);
  store<u32>(buffer, <u32>block);
  store<u32>(buffer, size, 4);
  return true;
}

/** Lone surrogates become U+FFFD, which has three bytes as well: a name is what UTF-8 can hold. */
function replaceSurrogates(at: usize, length: u32): void {
  const end = at + <usize>length;
  for (; at < end; at++) {
    if (load<u8>(at) != 0xed || load<u8>(at, 1) < 0xa0) continue;
    store<u16>(at, 0xbfef);
    store<u8>(at, 0xbd, 2);
  }
}

/** Whether a text is one of some values: u32[1 + 2 n], [n, (address, bytes) …]. Eight bytes after all of them may be read. */
export function isOneOf(text: u64, values: usize): bool {
  const end = values + 4 + ((<usize>load<u32>(values)) << 3);
  for (let value = values + 4; value < end; value += 8)
    if (
      load<u32>(value, 4) == lengthOfText(text) &&
      sameBytes(addressOfText(text), <usize>load<u32>(value), lengthOfText(text))
    )
      return true;
  return false;
}

function sameBytes(a: usize, b: usize, length: u32): bool {
  return memory.compare(a, b, length) == 0;
}
