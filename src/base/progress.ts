/** One step of a long operation, as given to `onProgress`. */
export interface Progress {
  /** What is being done: "read", "train", "score", "write". */
  stage: string;
  /** Done so far, in `unit`. */
  done: number;
  /** All there is, in `unit`; undefined where it is not known. */
  total?: number;
  /** "bytes", "iterations", "accesses" … */
  unit: string;
  /** Training only: what it makes small, after the iteration that was just done, and how long that iteration took. */
  objective?: number;
  milliseconds?: number;
}

export interface RunOptions {
  /** Stops the operation: it rejects with the signal's reason and leaves nothing half-written. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}
