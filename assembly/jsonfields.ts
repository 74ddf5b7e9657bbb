/*
 * Finding the fields of a record that were asked for, while all of it is walked.
 *
 * What is asked for is a tree of names that the host writes once; a node is a name below its parent's, the root is the record. Nodes
 * are numbered in preorder, so those below a node follow it. Everything is u32, addresses are absolute:
 *
 *   tree     [nodes, name limit, (last, table)[nodes]]   one past the last node below it; its table, or 0 where nothing is below it
 *   table    [start[0], …, start[LENGTHS + 1]]           where its entries of each length of name start; longer names share the last
 *   entry    [node, name, bytes]                         names in UTF-8, lone surrogates in their three bytes, then 8 zero bytes
 *
 * What is found is a row of cells, one a node without the root:
 *
 *   cell     [kind | flags, address, bytes, 0]           of the value; of a text without its quotes, as it is written
 */
import { ESCAPED, hex4, NOT_ASCII, QUOTE, skipString, unescaped } from "./jsonstring";
import {
  CLOSE_OBJECT,
  COMMA,
  DEPTH,
  OPEN_ARRAY,
  OPEN_OBJECT,
  skipBare,
  skipColon,
  skipSpace,
  skipValue,
} from "./jsonvalue";
import { same } from "./names";

/** Kinds of values; 0 is a value that is not there. */
export const NULL: u32 = 1;
export const TRUE: u32 = 2;
export const FALSE: u32 = 3;
export const NUMBER: u32 = 4;
export const TEXT: u32 = 5;
export const OBJECT: u32 = 6;
export const ARRAY: u32 = 7;
/** The flags of `skipString`, as they are in a cell. */
export const FLAGS_SHIFT: u64 = 24;

/** The node below the root that envelopes have: `{"records":[…]}`. */
export const RECORDS: u32 = 1;

/** A key that is asked for stands twice in an object. */
export const TWICE: u8 = 1;

/** Lengths of names that have entries of their own, from 0. */
const LENGTHS: u32 = 64;

export function nodesOf(tree: usize): u32 {
  return load<u32>(tree);
}

export function cellOf(row: usize, node: u32): usize {
  return row + ((<usize>(node - 1)) << 4);
}

export function kindOf(first: u32): u32 {
  if (first == QUOTE) return TEXT;
  if (first == OPEN_OBJECT) return OBJECT;
  if (first == OPEN_ARRAY) return ARRAY;
  if (first == 0x74) return TRUE;
  if (first == 0x66) return FALSE;
  return first == 0x6e ? NULL : NUMBER;
}

/** Empties the cells of nodes [first, last). */
export function clearCells(row: usize, first: u32, last: u32): void {
  const end = cellOf(row, last);
  for (let cell = cellOf(row, first); cell < end; cell += 16) v128.store(cell, i64x2.splat(0));
}

/**
 * Walks an object and fills the cells of what is below a node.
 *
 * @param at       after its opening brace
 * @param node     what the object is the value of; 0 = a record
 * @param depth    containers that are open, itself among them
 * @param stack    u8[STACK_BYTES], scratch; in its first byte TWICE is set where a key that is asked for stands a second time
 * @param scratch  u8[name limit + 8] for a key with escapes
 * @param row      u32[nodes - 1, 4], out, emptied before
 * @returns the address after its closing brace, with OTHERS where it has a key beside `records`; 0 where it is not valid
 */
export function walkObject(
  at: usize,
  tree: usize,
  node: u32,
  depth: i32,
  stack: usize,
  scratch: usize,
  row: usize,
): u64 {
  if (depth > DEPTH) return 0;
  const table = load<u32>(tree + 12 + ((<usize>node) << 3));
  let others: u64 = 0;
  at = skipSpace(at);
  if (<u32>load<u8>(at) == CLOSE_OBJECT) return <u64>(at + 1);
  while (true) {
    if (<u32>load<u8>(at) != QUOTE) return 0;
    const key = at + 1;
    const end = skipString(key);
    if (end == 0) return 0;
    const child = find(table, key, end, load<u32>(tree + 4), scratch);
    if (child != RECORDS) others = OTHERS;
    at = skipColon(<usize>end);
    if (at == 0) return 0;
    at = child == 0 ? skipValue(at, depth, stack) : take(at, tree, child, depth, stack, scratch, row);
    if (at == 0) return 0;
    at = skipSpace(at);
    const byte = <u32>load<u8>(at++);
    if (byte == CLOSE_OBJECT) return <u64>at | others;
    if (byte != COMMA) return 0;
    at = skipSpace(at);
  }
}

/** What `walkObject` says of an object beside its end. */
export const OTHERS: u64 = 1 << 32;

/** Walks the value of a node; one that came before under the same key is forgotten. */
function take(at: usize, tree: usize, node: u32, depth: i32, stack: usize, scratch: usize, row: usize): usize {
  const place = tree + 8 + ((<usize>node) << 3);
  if (load<u32>(cellOf(row, node)) != 0) store<u8>(stack, load<u8>(stack) | TWICE);
  clearCells(row, node, load<u32>(place));
  const cell = cellOf(row, node);
  const first = <u32>load<u8>(at);
  if (first == QUOTE) {
    const end = skipString(at + 1);
    if (end == 0) return 0;
    const flags = <u32>((end & (ESCAPED | NOT_ASCII)) >> FLAGS_SHIFT);
    return fill(cell, TEXT | flags, at + 1, <usize>end - 1, <usize>end);
  }
  const kind = kindOf(first);
  let end: usize = 0;
  if (kind == OBJECT && load<u32>(place + 4) != 0)
    end = <usize>walkObject(at + 1, tree, node, depth + 1, stack, scratch, row);
  else end = kind <= NUMBER ? skipBare(at, first) : skipValue(at, depth, stack);
  return end == 0 ? 0 : fill(cell, kind, at, end, end);
}

function fill(cell: usize, kind: u32, start: usize, end: usize, next: usize): usize {
  store<u32>(cell, kind);
  store<u32>(cell + 4, <u32>start);
  store<u32>(cell + 8, <u32>(end - start));
  return next;
}

/** The node of a key, or 0. */
function find(table: usize, key: usize, end: u64, limit: u32, scratch: usize): u32 {
  if (table == 0) return 0;
  let length = <u32>(<usize>end - 1 - key);
  if (end & ESCAPED) {
    length = decodeEscapes(key, <usize>end - 1, scratch, limit);
    key = scratch;
  }
  const bucket = table + ((<usize>min(length, LENGTHS)) << 2);
  const last = <usize>load<u32>(bucket + 4);
  for (let entry = <usize>load<u32>(bucket); entry < last; entry += 12)
    if (load<u32>(entry + 8) == length && same(key, load<u32>(entry + 4), length)) return load<u32>(entry);
  return 0;
}

/**
 * Writes what a valid string stands for, in the encoding of names.
 *
 * @returns its length; more than `limit` where it is longer than every name, and then only its start is written
 */
export function decodeEscapes(at: usize, end: usize, to: usize, limit: u32): u32 {
  const start = to;
  while (at < end && <u32>(to - start) <= limit) {
    const byte = load<u8>(at);
    if (byte != 0x5c) {
      store<u8>(to++, byte);
      at++;
      continue;
    }
    const letter = <u32>load<u8>(at + 1);
    if (letter != 0x75) {
      store<u8>(to++, <u8>unescaped(letter));
      at += 2;
      continue;
    }
    let code = <u32>hex4(at + 2);
    at += 6;
    if ((code & 0xfc00) == 0xd800 && at < end && load<u16>(at) == 0x755c) {
      const low = <u32>hex4(at + 2);
      if ((low & 0xfc00) == 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        at += 6;
      }
    }
    to = encode(code, to);
  }
  return <u32>(to - start);
}

/** Writes a code point, lone surrogates too. */
function encode(code: u32, to: usize): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)));
    return trail(code, 0, to + 1);
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)));
    return trail(code, 0, trail(code, 6, to + 1));
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)));
  return trail(code, 0, trail(code, 6, trail(code, 12, to + 1)));
}

function trail(code: u32, shift: u32, to: usize): usize {
  store<u8>(to, <u8>(0x80 | ((code >> shift) & 0x3f)));
  return to + 1;
}
