import { collectGarbage } from "../base/process.js";
import type { ScanEngine } from "./engine.js";
import type { AccessMerger } from "./merge.js";
import type { Part } from "./parts.js";
import { bytesOf } from "./pieces.js";
import { Readers } from "./readers.js";
import { type ScanOptions, scanPart } from "./scanner.js";
import type { ReaderSetup, ReadPart } from "./worker.js";

/** Milliseconds between two looks at how far the workers are. */
const lookEvery = 100;

/** Bytes of merged arrays that may wait to be freed. */
const mostDead = 6e6;

/** Parts that are being scanned or wait for their turn, for each worker. */
const aheadEach = 2;

/** Who scans parts. */
export interface GatherReaders {
  readonly threads: number;
  /** What every worker is given, beside limits. */
  readonly setup: Omit<ReaderSetup, "maxBadLines" | "maxLineBytes" | "read">;
  /** Makes the engine of the calling thread, should it be needed. */
  engineOf(): ScanEngine;
  /** The worker's file; another one in tests. */
  readonly worker?: string;
}

/**
 * Scans parts on workers and merges them in their order, as if the calling thread had scanned their sources one after the other: the
 * same table, the same counts, the same error.
 *
 * Parts that no worker can read are scanned when it is their turn. So is, once more, a part that failed or with which there are too
 * many bad lines: only now is it known how many there were before it, and where exactly a reading from front to back stops. The number
 * of a line in a range of a file is known now too: a range tells how many lines it has.
 *
 * @param merger   takes the parts
 * @param readers  how many workers there are and what they are given
 * @throws DataError, signal.reason, as `scanPart` does; no worker is left then either
 * @throws ByomlError  when a worker is lost
 */
export async function gatherParts(
  parts: readonly Part[],
  merger: AccessMerger,
  { setup, engineOf, threads, worker }: GatherReaders,
  options: ScanOptions,
): Promise<void> {
  const { signal, maxBadLines, maxLineBytes } = options;
  const { room } = setup;
  let engine: ScanEngine | undefined;
  const read = new BigInt64Array(new SharedArrayBuffer(8 * parts.length));
  const count = Math.min(threads, parts.filter(({ remote }) => remote).length);
  const readers = new Readers(count, { ...setup, maxBadLines, maxLineBytes, read }, worker);

  let told = 0;
  const tell = () => {
    const bytes = Number(read.reduce((sum, part) => sum + part, 0n)) - told;
    told += bytes;
    if (bytes > 0) options.onBytes?.(bytes);
  };
  /** What a part has read is what it read first, or again where that is more. */
  const onBytesOf = (at: number) => {
    let bytes = 0n;
    return (more: number) => {
      bytes += BigInt(more);
      if (bytes > read[at]) Atomics.store(read, at, bytes);
      tell();
    };
  };
  const timer = setInterval(() => attempt(tell, readers), lookEvery);
  const stop = () => readers.stop(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });

  const { counts } = merger;
  const ahead: Promise<ReadPart | null>[] = [];
  let next = 0;
  /** Lines of the file that was read last, as far as it was read. */
  let lines = 0;
  /** Bytes of arrays that were merged. */
  let dead = 0;
  try {
    for (let at = 0; at < parts.length; at++) {
      for (; next < parts.length && next < at + count * aheadEach; next++)
        ahead.push(parts[next].remote ? quiet(readers.scan(next, parts[next], counts.badLines.count)) : nothing);
      signal?.throwIfAborted();
      let part: ReadPart | null = await ahead.shift()!;
      const badBefore = counts.badLines.count;
      const linesBefore = continues(parts[at]) ? lines : 0;
      if (part !== null) renumber(part, linesBefore);
      if (part === null || badBefore + part.counts.badLines.count > maxBadLines) {
        engine ??= engineOf();
        part = await scanPart(parts[at].sources, engine, {
          ...{ ...options, badBefore, linesBefore, onBytes: onBytesOf(at) },
          spill: room && { folder: room.folder, name: `again-${at}` },
        });
      }
      merger.add(part.pieces, part.counts);
      for (const piece of part.pieces) if (piece.part !== undefined) dead += bytesOf(piece.part);
      if (dead > mostDead) {
        collectGarbage();
        dead = 0;
      }
      lines = part.lines;
      tell();
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    await readers.close();
  }
}

const nothing = Promise.resolve(null);

/** Whether a part is a range of the file that the part before it ended with. */
function continues({ sources }: Part): boolean {
  return sources[0]?.range?.aligned === false;
}

/** A worker counts the lines of a range from one. */
function renumber(part: ReadPart, linesBefore: number): void {
  part.lines += linesBefore;
  for (const sample of part.counts.badLines.samples) sample.line += linesBefore;
}

/** A promise that is awaited later, or never: its rejection is then nobody's. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** An error of the caller's progress function stops the reading, as it does on one thread. */
function attempt(tell: () => void, readers: Readers): void {
  try {
    tell();
  } catch (error) {
    readers.stop(error);
  }
}
