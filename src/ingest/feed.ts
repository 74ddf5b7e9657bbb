/*
 * How the bytes of a source come to its scanner.
 */
import { setImmediate } from "node:timers/promises";
import type { FileReader } from "./filereader.js";
import { plainBytes } from "./gzip.js";
import type { Scanner, ScanOptions } from "./scanner.js";
import type { ByteSource } from "./sources.js";

/** Bytes of a chunk that is pushed. */
const chunkBytes = 512 * 1024;

/** Milliseconds after which the thread does other work. */
const breathEvery = 20;

/** Scans what a stream gives, unpacked. */
export async function scanStream(source: ByteSource, scanner: Scanner, options: ScanOptions): Promise<void> {
  const stored = counted(source.open(options.signal), options.onBytes);
  for await (const chunk of plainBytes(stored, source.name, source.gzip)) {
    options.signal?.throwIfAborted();
    await scanner.push(chunk);
  }
  await scanner.end();
}

/** Scans what the thread reads by itself; other work of the thread, such as an abort, has its turn now and then. */
export async function scanFile(reader: FileReader, scanner: Scanner, { signal, onBytes }: ScanOptions): Promise<void> {
  const read = (into: Uint8Array) => reader.read(into);
  let breath = performance.now();
  for (;;) {
    const count = scanner.pull === undefined ? await pushNext(reader, scanner) : scanner.pull(read);
    if (count === 0) break;
    onBytes?.(count);
    signal?.throwIfAborted();
    if (performance.now() - breath < breathEvery) continue;
    await setImmediate();
    signal?.throwIfAborted();
    breath = performance.now();
  }
  await scanner.end();
}

/** A scanner may keep a chunk, so each is new. */
async function pushNext(reader: FileReader, scanner: Scanner): Promise<number> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const count = reader.read(chunk);
  if (count > 0) await scanner.push(chunk.subarray(0, count));
  return count;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}
