import type { RunOptions } from "../base/progress.js";
import type { Encoder } from "./encoder.js";
import { fileTarget } from "./file.js";
import type { ResultBatch } from "./results.js";
import type { ResultFormat, ResultTarget } from "./target.js";

/** The encoder of a format; each with its library is loaded when it is used. */
export async function encoderOf(format: ResultFormat): Promise<Encoder> {
  switch (format) {
    case "jsonl":
      return (await import("./jsonl.js")).jsonLines();
    case "csv":
      return (await import("./csv.js")).csv();
    case "parquet":
      return (await import("./parquet.js")).parquet();
  }
}

export interface WriteOptions extends RunOptions {
  /** How many rows there are, for the progress. */
  total?: number;
}

/** The bytes of a result, piece by piece. */
export async function* encode<Batch extends { readonly length: number }>(
  encoder: Encoder<Batch>,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { signal, onProgress, total }: WriteOptions = {},
): AsyncGenerator<Uint8Array> {
  yield encoder.head();
  let done = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    yield encoder.rows(batch);
    done += batch.length;
    onProgress?.({ stage: "write", done, total, unit: "accesses" });
    await new Promise(setImmediate); // lets a signal and other work through between batches
  }
  yield encoder.end();
}

/** Writes a result, to a file or another target, whole or not at all. @returns its size in bytes */
export async function writeResults(
  target: string | ResultTarget,
  format: ResultFormat,
  batches: Iterable<ResultBatch>,
  options: WriteOptions = {},
): Promise<number> {
  const { write } = typeof target === "string" ? fileTarget(target) : target;
  return write(encode(await encoderOf(format), batches, options), options);
}
