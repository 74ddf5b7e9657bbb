/*
 * Values of JSON, walked and forgotten: the full grammar of RFC 8259 with a limit to its nesting, less the line feed, which is white
 * space in JSON and ends a line here. See `jsonstring.ts` for why nothing checks for an end of memory.
 */
import { QUOTE, skipString } from "./jsonstring";

/** Containers that may be open at a time, the record among them. */
export const DEPTH: i32 = 1024;

/** Bytes of the stack that nesting needs: the closing bracket of each open container, by its depth; the first byte is of none. */
export const STACK_BYTES: i32 = DEPTH + 1;

export const COMMA: u32 = 0x2c;
export const COLON: u32 = 0x3a;
export const OPEN_ARRAY: u32 = 0x5b;
export const CLOSE_ARRAY: u32 = 0x5d;
export const OPEN_OBJECT: u32 = 0x7b;
export const CLOSE_OBJECT: u32 = 0x7d;

/** @returns the address of the next byte that is no white space */
export function skipSpace(at: usize): usize {
  let byte = <u32>load<u8>(at);
  while (byte == 0x20 || byte == 0x0d || byte == 0x09) byte = <u32>load<u8>(++at);
  return at;
}

/**
 * Walks a value of any kind without recursion.
 *
 * @param at     its first byte
 * @param depth  containers that are open around it
 * @param stack  u8[STACK_BYTES], scratch
 * @returns the address after it, or 0 where it is not valid or nested too deep
 *
 * Cost: each byte is read once.
 */
export function skipValue(at: usize, depth: i32, stack: usize): usize {
  const outside = depth;
  while (true) {
    const first = <u32>load<u8>(at);
    if (first == OPEN_OBJECT || first == OPEN_ARRAY) {
      if (++depth > DEPTH) return 0;
      const close = first + 2; // in ASCII, of both kinds
      at = skipSpace(at + 1);
      if (<u32>load<u8>(at) != close) {
        store<u8>(stack + <usize>depth, <u8>close);
        if (close == CLOSE_OBJECT) at = skipKey(at);
        if (at == 0) return 0;
        continue;
      }
      at++;
      depth--;
    } else {
      at = first == QUOTE ? <usize>skipString(at + 1) : skipBare(at, first);
      if (at == 0) return 0;
    }
    // after a value: closing brackets, then a comma unless that was all
    while (true) {
      if (depth == outside) return at;
      at = skipSpace(at);
      const byte = <u32>load<u8>(at);
      const close = <u32>load<u8>(stack + <usize>depth);
      at++;
      if (byte == COMMA) {
        at = skipSpace(at);
        if (close == CLOSE_OBJECT) at = skipKey(at);
        if (at == 0) return 0;
        break;
      }
      if (byte != close) return 0;
      depth--;
    }
  }
}

/** @returns the address of the value that follows the key at `at`, or 0 */
function skipKey(at: usize): usize {
  if (<u32>load<u8>(at) != QUOTE) return 0;
  const end = <usize>skipString(at + 1);
  return end == 0 ? 0 : skipColon(end);
}

/** @returns the address of the value after the colon that must follow a key, or 0 */
export function skipColon(at: usize): usize {
  at = skipSpace(at);
  return <u32>load<u8>(at) == COLON ? skipSpace(at + 1) : 0;
}

/** Walks `true`, `false`, `null` or a number. */
export function skipBare(at: usize, first: u32): usize {
  if (first == 0x74) return load<u32>(at) == 0x65757274 ? at + 4 : 0;
  if (first == 0x6e) return load<u32>(at) == 0x6c6c756e ? at + 4 : 0;
  if (first == 0x66) return load<u32>(at + 1) == 0x65736c61 ? at + 5 : 0;
  return skipNumber(at, first);
}

function skipNumber(at: usize, first: u32): usize {
  if (first == 0x2d) first = <u32>load<u8>(++at);
  if (first == 0x30) at++;
  else at = skipDigits(at);
  if (at == 0) return 0;
  if (<u32>load<u8>(at) == 0x2e) at = skipDigits(at + 1);
  if (at == 0) return 0;
  if ((<u32>load<u8>(at) | 0x20) != 0x65) return at;
  const sign = <u32>load<u8>(++at);
  return skipDigits(sign == 0x2b || sign == 0x2d ? at + 1 : at);
}

/** @returns the address after one digit or more, or 0 */
function skipDigits(at: usize): usize {
  const start = at;
  while (<u32>load<u8>(at) - 0x30 < 10) at++;
  return at == start ? 0 : at;
}
