import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { sha256 } from "../base/checksum.js";
import { damaged } from "./damage.js";
import type { Store } from "./store.js";

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Names of blobs repeat their folders: the fastest level takes most of what there is to take. */
const level = 1;

/** Writes a value as packed JSON with its own checksum behind it. */
export async function writeSealed(store: Store, name: string, value: unknown): Promise<void> {
  const body = `${JSON.stringify(value)}\n`;
  await store.write(name, await pack(`${body}${sha256(body)}\n`, { level }));
}

/**
 * Reads what `writeSealed` wrote.
 *
 * @throws DataError  when it is missing, cut or altered
 */
export async function readSealed<T>(store: Store, name: string): Promise<T> {
  const bytes = await store.read(name);
  const text = bytes === null ? "" : await unpack(bytes).then(String, () => "");
  const end = text.lastIndexOf("\n", text.length - 2) + 1;
  const body = text.slice(0, end);
  if (end === 0 || text.slice(end) !== `${sha256(body)}\n`) throw damaged(store, name, bytes === null);
  return JSON.parse(body) as T;
}
