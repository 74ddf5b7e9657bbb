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
  /** What may be read next, in order. There may be a hundred thousand: nothing walks through all of them. */
  #queue: Reading[] = [];
  /** The place of the one that was begun last, and of the first one of which ranges may be asked for. */
  #head = 0;
  #next = 0;
  /** The ones being read. */
  readonly #open = new Set<Reading>();
  #active = 0;
  #bytes = 0;
  /** Ends the listening to the signal of the reading that was begun last. */
  #unlisten = () => {};

  constructor({ requests = 16, windowInBytes = defaultWindowInBytes, rangeInBytes = 2 ** 22 }: AheadOptions = {}) {
    this.#requests = requests;
    this.windowInBytes = windowInBytes;
    this.rangeInBytes = rangeInBytes;
  }

  /** A thing to be read behind the ones that were added before: the bytes [from, to). */
  add(from: number, to: number, fetch: Fetch): Reading {
    const reading = new Reading(this, this.#queue.length, { from, to, fetch });
    this.#queue.push(reading);
    return reading;
  }

  begin(reading: Reading, signal: AbortSignal | undefined): void {
    this.#open.add(reading);
    if (this.#isQueued(reading) && reading.place >= this.#head) {
      // What stood before it was left out, or is being read by somebody else.
      for (let place = this.#head; place < Math.min(reading.place, this.#next + 1); place++)
        if (!this.#open.has(this.#queue[place])) this.#drop(this.#queue[place]);
      this.#head = reading.place;
      this.#next = Math.max(this.#next, reading.place);
    }
    this.#unlisten();
    const stop = () => this.cancel(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    this.#unlisten = () => signal?.removeEventListener("abort", stop);
    this.pump();
  }

  finish(reading: Reading): void {
    this.#open.delete(reading);
    if (this.#isQueued(reading)) this.#next = Math.max(this.#next, reading.place + 1);
    if (this.#bytes === 0 && this.#active === 0) this.#unlisten();
    if (this.#isQueued(reading) && reading.place === this.#queue.length - 1) this.#empty();
  }

  /** Whoever waits for a range gets the reason. */
  cancel(reason: unknown): void {
    this.#unlisten();
    const started = this.#queue.slice(this.#head, this.#next + 1);
    for (const reading of [...this.#open, ...started]) this.#drop(reading, { reason });
    this.#open.clear();
    this.#empty();
  }

  release(range: Range, bytes: number): void {
    range.reserved -= bytes;
    this.#bytes -= bytes;
    this.pump();
  }

  pump(): void {
    let full = false;
    for (const reading of this.#open)
      while (reading.hasMore) {
        full ||= !this.#hasRoom(reading.nextBytes);
        // Who waits for a range gets one in any case.
        if (full && !reading.idle) break;
        this.#start(reading);
      }
    if (full) return;
    for (; this.#next < this.#queue.length; this.#next++) {
      const reading = this.#queue[this.#next];
      while (reading.hasMore && !this.#open.has(reading)) {
        if (!this.#hasRoom(reading.nextBytes)) return;
        this.#start(reading);
      }
    }
  }

  #isQueued(reading: Reading): boolean {
    return this.#queue[reading.place] === reading;
  }

  #empty(): void {
    this.#queue = [];
    this.#head = 0;
    this.#next = 0;
  }

  #drop(reading: Reading, failed?: { reason: unknown }): void {
    for (const range of reading.forget(failed)) {
      this.#bytes -= range.reserved;
      range.reserved = 0;
    }
  }

  #hasRoom(bytes: number): boolean {
    if (this.#active >= this.#requests) return false;
    return this.#bytes === 0 || this.#bytes + bytes <= this.windowInBytes;
  }

  #start(reading: Reading): void {
    const bytes = reading.nextBytes;
    this.#active++;
    this.#bytes += bytes;
    void reading.start(bytes).finally(() => {
      this.#active--;
      this.pump();
    });
  }
}
