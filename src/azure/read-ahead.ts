/*
 * Reads ahead over things that are read one after the other: while one is scanned, ranges of it and of the next ones are on their way.
 *
 *   first        second       third
 *   [ r r r r ]  [ r r ]      [ r … ]        ranges, in the order in which they are given
 *     ^ given      ^ on their way or here: at most so many requests, so many bytes
 *
 * A range counts with its whole length from its request on, until its chunks are given. Chunks are given as they came.
 */
import { type Fetch, type Range, Reading, type ReadingWindow } from "./reading.js";

export interface AheadOptions {
  /** Requests at a time (default 16). */
  requests?: number;
  /** Bytes that are on their way or wait (default 32 MiB): more would be held longer, and cost collections of garbage. One range may always be. */
  windowInBytes?: number;
  /** Bytes of a range (default 4 MiB). */
  rangeInBytes?: number;
}

export const defaultWindowInBytes = 32 * 2 ** 20;

export class ReadAhead implements ReadingWindow {
  readonly rangeInBytes: number;
  readonly windowInBytes: number;
  readonly #requests: number;
  /** What may be read next, in order; the ones being read are in it. */
  #queue: Reading[] = [];
  #active = 0;
  #bytes = 0;
  /** Ends what is on its way for the reading of before. */
  #unlisten = () => {};

  constructor({ requests = 16, windowInBytes = defaultWindowInBytes, rangeInBytes = 2 ** 22 }: AheadOptions = {}) {
    this.#requests = requests;
    this.windowInBytes = windowInBytes;
    this.rangeInBytes = rangeInBytes;
  }

  /** A thing to be read behind the ones that were added before: the bytes [from, to). */
  add(from: number, to: number, fetch: Fetch): Reading {
    const reading = new Reading(this, from, to, fetch);
    this.#queue.push(reading);
    return reading;
  }

  /** What is read now, as the first of the queue; what stood before it was left out. */
  begin(reading: Reading, signal: AbortSignal | undefined): void {
    const at = this.#queue.indexOf(reading);
    for (const passed of at < 0 ? [] : this.#queue.splice(0, at)) if (!this.#keep(passed)) this.#drop(passed);
    if (at < 0) this.#queue.unshift(reading);
    this.#unlisten();
    const stop = () => this.cancel(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    this.#unlisten = () => signal?.removeEventListener("abort", stop);
    this.pump();
  }

  /** One that is being read by somebody else stays. */
  #keep(reading: Reading): boolean {
    if (reading.open) this.#queue.unshift(reading);
    return reading.open;
  }

  #drop(reading: Reading): void {
    for (const range of reading.forget(undefined)) this.#free(range);
  }

  #free(range: Range): void {
    this.#bytes -= range.reserved;
    range.reserved = 0;
  }

  /** A reading has come to its end. */
  finish(reading: Reading): void {
    this.#queue = this.#queue.filter((other) => other !== reading);
    if (this.#queue.every(({ idle }) => idle)) this.#unlisten();
  }

  /** Gives up all that is on its way and waits; whoever waits for it gets the reason. */
  cancel(reason: unknown): void {
    this.#unlisten();
    const all = this.#queue;
    this.#queue = [];
    for (const reading of all) for (const range of reading.forget({ reason })) this.#free(range);
  }

  /** Bytes of a range were given. */
  release(range: Range, bytes: number): void {
    range.reserved -= bytes;
    this.#bytes -= bytes;
    this.pump();
  }

  /** Starts as many ranges as there is room for. */
  pump(): void {
    let full = false;
    for (const reading of this.#queue)
      while (reading.hasMore) {
        const bytes = reading.nextBytes;
        full ||= !this.#hasRoom(bytes);
        // Who waits for a range gets one in any case.
        if (full && !(reading.open && reading.idle)) break;
        this.#start(reading, bytes);
      }
  }

  #hasRoom(bytes: number): boolean {
    if (this.#active >= this.#requests) return false;
    return this.#bytes === 0 || this.#bytes + bytes <= this.windowInBytes;
  }

  #start(reading: Reading, bytes: number): void {
    this.#active++;
    this.#bytes += bytes;
    void reading.start(bytes).finally(() => {
      this.#active--;
      this.pump();
    });
  }
}
