/*
 * How the bytes of a source come to its scanner.
 */
import { setImmediate } from "node:timers/promises";
import type { ByteReader, FileReader } from "./filereader.js";
import { GunzipReader } from "./gunzip.js";
import { plainBytes } from "./gzip.js";
import type { Scanner, ScanOptions } from "./scanner.js";
import type { ByteSource } from "./sources.js";

/** Bytes of a chunk that is pushed. */
const chunkBytes = 512 * 1024;

/** Milliseconds after which the thread does other work. */
const breathEvery = 20;

/**
 * Scans a source of text.
 *
 * @param open  makes a scanner for the bytes from an offset on
 */
export async function scanText(
  source: ByteSource,
  open: (offset: number) => Promise<Scanner>,
  options: ScanOptions,
): Promise<void> {
  const file = source.reader?.();
  let reader: ByteReader | undefined;
  try {
    if (file !== undefined) reader = unpacked(source, file, options);
    if (reader === undefined) await scanStream(source, await open(source.range?.from ?? 0), options);
    else await scanReader(reader, await open(reader.start), options);
  } finally {
    (reader ?? file)?.close();
  }
}

/** The plain bytes of a file, where the thread can have them by itself. */
function unpacked({ name, gzip }: ByteSource, file: FileReader, { onBytes }: ScanOptions): ByteReader | undefined {
  const stored: ByteReader = {
    start: file.start,
    read(into) {
      const count = file.read(into);
      if (count > 0) onBytes?.(count);
      return count;
    },
    close: () => file.close(),
  };
  if (file.packed) return GunzipReader.possible ? new GunzipReader(name, stored) : undefined;
  // What is no gzip in spite of its name is an error, for one place to tell.
  return gzip ? undefined : stored;
}

async function scanStream(source: ByteSource, scanner: Scanner, options: ScanOptions): Promise<void> {
  const stored = counted(source.open(options.signal), options.onBytes);
  for await (const chunk of plainBytes(stored, source.name, source.gzip)) {
    options.signal?.throwIfAborted();
    await scanner.push(chunk);
  }
  await scanner.end();
}

/** Scans what the thread reads by itself; other work of the thread, such as an abort, has its turn now and then. */
async function scanReader(reader: ByteReader, scanner: Scanner, { signal }: ScanOptions): Promise<void> {
  const read = (into: Uint8Array) => reader.read(into);
  let breath = performance.now();
  for (;;) {
    const count = scanner.pull === undefined ? await pushNext(reader, scanner) : scanner.pull(read);
    if (count === 0) break;
    signal?.throwIfAborted();
    if (performance.now() - breath < breathEvery) continue;
    await setImmediate();
    signal?.throwIfAborted();
    breath = performance.now();
  }
  await scanner.end();
}

/** A scanner may keep a chunk, so each is new. */
async function pushNext(reader: ByteReader, scanner: Scanner): Promise<number> {
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
