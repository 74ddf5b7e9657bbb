/*
 * Counted rows `[tenant, account, share, day, accesses]` in a file, a JSON array a line, and whether two files hold the same ones.
 */
import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

/** How many differing rows a message shows. */
const SHOWN = 5;
const ROWS_A_WRITE = 10_000;

/** Writes rows, any iterable of arrays. */
export function writeRows(path, rows) {
  const file = openSync(path, "w");
  let lines = [];
  const flush = () => {
    writeSync(file, lines.map((row) => `${JSON.stringify(row)}\n`).join(""));
    lines = [];
  };
  for (const row of rows) if (lines.push(row) === ROWS_A_WRITE) flush();
  flush();
  closeSync(file);
}

/**
 * Compares the rows of two files; their order does not matter.
 *
 * @param ours, peer  { path, name }
 * @returns how many rows each has
 * @throws Error when they differ: says how many rows do and shows the first of them
 */
export async function requireSameRows(ours, peer) {
  const expected = new Map();
  const shown = [];
  let different = 0;
  const differs = (key, mine = "no such row", theirs = "no such row") => {
    if (++different <= SHOWN) shown.push(`\n  ${key}: ${mine} in ${ours.name}, ${theirs} in ${peer.name}`);
  };
  for await (const [key, count] of rowsIn(peer.path)) {
    if (expected.has(key)) differs(key, "one row at most", "two rows");
    expected.set(key, count);
  }
  const rows = expected.size;
  for await (const [key, count] of rowsIn(ours.path)) {
    if (expected.get(key) !== count) differs(key, count, expected.get(key));
    // A second row of this key is one too many.
    expected.delete(key);
  }
  for (const [key, count] of expected) differs(key, undefined, count);
  if (different === 0) return rows;
  throw new Error(
    `${ours.name} and ${peer.name} do not agree; rows that differ: ${different}, the first:${shown.join("")}`,
  );
}

/** `[key, accesses]` of each row, the key as JSON. */
async function* rowsIn(path) {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const row = JSON.parse(line);
    if (!Array.isArray(row) || row.length !== 5) throw new Error(`${path}: expected rows of 5 values, got ${line}`);
    yield [JSON.stringify(row.slice(0, 4)), row[4]];
  }
}
