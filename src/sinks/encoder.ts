import type { ResultBatch } from "./results.js";

/** A result format: bytes for the head, for each batch of rows, and for the end of a file. */
export interface Encoder {
  head(): Uint8Array;
  rows(batch: ResultBatch): Uint8Array;
  end(): Uint8Array;
}
