/* Data files of the benches, made once and kept in .cache/bench. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parquetWriteFile } from "hyparquet-writer";
import { Random } from "../dist/base/random.js";
import { generate, sets } from "./data/sets.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const cache = fileURLToPath(new URL("../.cache/bench/", import.meta.url));

/** Raised when the generator gives other pairs, so that files of before are not taken for today's. */
const GENERATION = 2;

/** The path of a file that is made by `write(path)` where it is not there yet. */
export function once(name, write) {
  const path = `${cache}${GENERATION}-${name}`;
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  write(`${path}.part`);
  renameSync(`${path}.part`, path);
  return path;
}

/** A set with numbers for names as Parquet: columns user, res, count. */
export function numberedSet(name) {
  return once(`${name}.parquet`, (filename) => {
    const { user, item, rating } = ratingsOf(name);
    parquetWriteFile({
      filename,
      columnData: [
        { name: "user", data: user, type: "INT32" },
        { name: "res", data: item, type: "INT32" },
        { name: "count", data: rating, type: "FLOAT" },
      ],
    });
  });
}

/**
 * A set as peers without Parquet read it, little-endian: i32[4] users, items, pairs, 0; then i32[pairs] users, i32[pairs] items,
 * f32[pairs] counts.
 */
export function dumpedSet(name) {
  return once(`${name}.pairs`, (filename) => {
    const { users, resources, user, resource, count } = generate(sets[name]);
    writeRatings(filename, { users, items: resources, user, item: resource, rating: count });
  });
}

/** A set in memory, pairs in random order: users, items, i32[pairs] user and item, f32[pairs] rating. */
export function ratingsOf(name) {
  const { buffer } = new Uint8Array(readFileSync(dumpedSet(name)));
  const [users, items, pairs] = new Int32Array(buffer, 0, 4);
  return {
    ...{ users, items },
    user: new Int32Array(buffer, 16, pairs),
    item: new Int32Array(buffer, 16 + 4 * pairs, pairs),
    rating: new Float32Array(buffer, 16 + 8 * pairs, pairs),
  };
}

/** Writes ratings in the format of `dumpedSet`. */
export function writeRatings(path, { users, items, user, item, rating }) {
  writeFileSync(path, Int32Array.of(users, items, user.length, 0));
  for (const column of [user, item, rating]) writeFileSync(path, column, { flag: "a" });
}

/** A twentieth of set S with text for names: columns tenant, user, res, likelihood. */
export function namedSample() {
  return once("sample.parquet", (filename) => {
    const { user, resource, count } = generate(sets.S);
    const random = new Random(1);
    const rows = Array.from(user.keys()).filter(() => random.unit() < 0.05);
    parquetWriteFile({
      filename,
      columnData: [
        { name: "tenant", data: rows.map(() => "t0"), type: "STRING" },
        { name: "user", data: rows.map((row) => `CONTOSO\\user${user[row]}`), type: "STRING" },
        { name: "res", data: rows.map((row) => `\\\\fs01\\share${resource[row]}`), type: "STRING" },
        { name: "likelihood", data: Float64Array.from(rows, (row) => count[row]), type: "DOUBLE" },
      ],
    });
  });
}

/** The path of a peer's script. */
export function peerScript(name) {
  return fileURLToPath(new URL(`peers/${name}`, import.meta.url));
}
