import type { ResultBatch } from "./results.js";

/** A format of files: bytes for the head, for each batch of rows, and for the end. */
export interface Encoder<Batch = ResultBatch> {
  head(): Uint8Array;
  rows(batch: Batch): Uint8Array;
  end(): Uint8Array;
}
