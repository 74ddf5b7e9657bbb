/* Data files of the benches, made once and kept in .cache/bench. */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parquetWriteFile } from "hyparquet-writer";
import { Random } from "../dist/base/random.js";
import { generate, sets } from "./data.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const cache = fileURLToPath(new URL("../.cache/bench/", import.meta.url));

function once(name, write) {
  const path = `${cache}${name}`;
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  write(`${path}.part`);
  renameSync(`${path}.part`, path);
  return path;
}

/** A set with numbers for names: columns user, res, count. */
export function numberedSet(name) {
  return once(`${name}.parquet`, (filename) => {
    const { user, resource, count } = generate(sets[name]);
    parquetWriteFile({
      filename,
      columnData: [
        { name: "user", data: user, type: "INT32" },
        { name: "res", data: resource, type: "INT32" },
        { name: "count", data: count, type: "FLOAT" },
      ],
    });
  });
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
