/* One of the things that are read ahead: its ranges, asked for one after the other and given in their order. */

/** Gives the bytes of a range. */
export type Fetch = (from: number, to: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** What the readings share: see ReadAhead. */
export interface ReadingWindow {
  /** Bytes of a range. */
  readonly rangeInBytes: number;
  /** A reading begins. */
  begin(reading: Reading, signal: AbortSignal | undefined): void;
  /** A reading has come to its end. */
  finish(reading: Reading): void;
  /** Gives up all that is on its way and waits. */
  cancel(reason: unknown): void;
  /** Bytes of a range were given. */
  release(range: Range, bytes: number): void;
  /** Starts as many ranges as there is room for. */
  pump(): void;
}

/** A range that was asked for. */
export class Range {
  readonly chunks: Uint8Array[] = [];
  readonly controller = new AbortController();
  /** Bytes of the window that it has. */
  reserved: number;
  done = false;
  failed: { reason: unknown } | undefined;
  wake = () => {};

  constructor(bytes: number) {
    this.reserved = bytes;
  }

  /** Resolves when there is a chunk, the end or an error. */
  async ready(): Promise<void> {
    while (this.chunks.length === 0 && !this.done && this.failed === undefined)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
  }
}

/** One thing that is read, from front to back. */
export class Reading {
  /** Whether somebody reads it. */
  open = false;
  readonly #ahead: ReadingWindow;
  readonly #from: number;
  readonly #to: number;
  readonly #fetch: Fetch;
  #next: number;
  /** Started and not yet given as a whole. */
  #ranges: Range[] = [];

  constructor(ahead: ReadingWindow, from: number, to: number, fetch: Fetch) {
    this.#ahead = ahead;
    this.#from = from;
    this.#to = to;
    this.#fetch = fetch;
    this.#next = from;
  }

  /** Whether there are ranges that were not asked for. */
  get hasMore(): boolean {
    return this.#next < this.#to;
  }

  get nextBytes(): number {
    return Math.min(this.#ahead.rangeInBytes, this.#to - this.#next);
  }

  /** Whether nothing of it is on its way or waits. */
  get idle(): boolean {
    return this.#ranges.length === 0;
  }

  /** Asks for the next range. Resolves when it is here, has failed or was given up. */
  async start(bytes: number): Promise<void> {
    const range = new Range(bytes);
    const from = this.#next;
    this.#next += bytes;
    this.#ranges.push(range);
    try {
      for await (const chunk of this.#fetch(from, from + bytes, range.controller.signal)) {
        if (range.failed !== undefined) break;
        range.chunks.push(chunk);
        range.wake();
      }
      range.done = true;
    } catch (reason) {
      range.failed ??= { reason };
    }
    range.wake();
  }

  /** Gives up what was asked for, as if it never was. */
  forget(failed: { reason: unknown } | undefined): Range[] {
    const ranges = this.#ranges;
    this.#ranges = [];
    this.#next = this.#from;
    for (const range of ranges) {
      range.failed ??= failed ?? { reason: undefined };
      range.chunks.length = 0;
      range.controller.abort();
      range.wake();
    }
    return ranges;
  }

  /** The bytes, once at a time. When reading stops in the middle, nothing is read ahead any more. */
  async *read(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    this.open = true;
    let whole = false;
    try {
      this.#ahead.begin(this, signal);
      for (let range = this.#ranges[0]; range !== undefined; range = this.#ranges[0]) {
        await range.ready();
        if (range.failed !== undefined) throw range.failed.reason;
        const chunk = range.chunks.shift();
        if (chunk === undefined) {
          this.#ranges.shift();
          this.#ahead.pump();
        } else {
          this.#ahead.release(range, chunk.length);
          yield chunk;
        }
      }
      whole = true;
    } finally {
      this.open = false;
      if (whole) this.#ahead.finish(this);
      else this.#ahead.cancel(new DOMException("reading stopped", "AbortError"));
      this.#next = this.#from;
    }
  }
}
