import { sha256 } from "../base/checksum.js";
import { damaged } from "./damage.js";
import type { Store } from "./store.js";

/** Writes a value as JSON with its own checksum behind it. */
export async function writeSealed(store: Store, name: string, value: unknown): Promise<void> {
  const body = `${JSON.stringify(value)}\n`;
  await store.write(name, Buffer.from(`${body}${sha256(body)}\n`));
}

/**
 * Reads what `writeSealed` wrote.
 *
 * @throws DataError  when it is missing, cut or altered
 */
export async function readSealed<T>(store: Store, name: string): Promise<T> {
  const bytes = await store.read(name);
  const text = bytes === null ? "" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  const end = text.lastIndexOf("\n", text.length - 2) + 1;
  const body = text.slice(0, end);
  if (end === 0 || text.slice(end) !== `${sha256(body)}\n`) {
    throw damaged(store, name, bytes === null);
  }
  return JSON.parse(body) as T;
}
