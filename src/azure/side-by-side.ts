/*
 * Streams that are read one after the other, begun side by side: while one is read, the next ones connect and hold their first values.
 *
 *   is read   value value value …
 *   begun     [ value value ]  [ value ]  [ value value ]
 *   waiting   …
 */

/** Begins a stream; an abort makes it reject soon. */
export type Begin<T> = (signal: AbortSignal) => AsyncGenerator<T>;

export class SideBySide<T> {
  readonly #most: number;
  readonly #held: number;
  /** What may be read next, in order. */
  #waiting: Waiting<T>[] = [];

  /**
   * @param most  streams that are open at a time, the one that is read among them
   * @param held  values of each that are here or on their way
   */
  constructor(most: number, held: number) {
    this.#most = most;
    this.#held = held;
  }

  /**
   * Adds a stream to be read behind those that were added before.
   *
   * @returns reads it, as often as needed; when that fails or stops in the middle, nothing is begun ahead any more
   */
  add(begin: Begin<T>): (signal?: AbortSignal) => AsyncGenerator<T> {
    const waiting: Waiting<T> = { begin };
    this.#waiting.push(waiting);
    return (signal) => this.#read(waiting, signal);
  }

  /** Ends what was begun and is not read, and resolves when that is done. */
  async cancel(): Promise<void> {
    await endAll(this.#waiting.splice(0));
  }

  async *#read(waiting: Waiting<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
    signal?.throwIfAborted();
    // What stands before it was left out.
    void endAll(this.#waiting.splice(0, this.#waiting.indexOf(waiting) + 1).filter((other) => other !== waiting));
    const own = waiting.begun ?? new Begun(waiting.begin, this.#held);
    waiting.begun = undefined;
    for (const next of this.#waiting.slice(0, this.#most - 1)) next.begun ??= new Begun(next.begin, this.#held);
    const abort = () => own.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    let whole = false;
    try {
      for (let next = await own.next(); next.done !== true; next = await own.next()) yield next.value;
      whole = true;
    } finally {
      signal?.removeEventListener("abort", abort);
      await Promise.all([own.end(), whole ? undefined : this.cancel()]);
    }
  }
}

/** A stream that was not asked for yet. */
interface Waiting<T> {
  readonly begin: Begin<T>;
  begun?: Begun<T> | undefined;
}

async function endAll(streams: readonly Waiting<unknown>[]): Promise<void> {
  const ends = streams.map((stream) => stream.begun?.end());
  for (const stream of streams) stream.begun = undefined;
  await Promise.all(ends);
}

/** A stream that is being read. */
class Begun<T> {
  readonly #values: AsyncGenerator<T>;
  readonly #controller = new AbortController();
  /** A generator gives what it is asked for one after the other. */
  readonly #asked: Promise<IteratorResult<T>>[] = [];

  constructor(begin: Begin<T>, held: number) {
    this.#values = begin(this.#controller.signal);
    for (let asked = 0; asked < held; asked++) this.#ask();
  }

  next(): Promise<IteratorResult<T>> {
    this.#ask();
    return this.#asked.shift()!;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Ends it, wherever it is. */
  async end(): Promise<void> {
    this.abort(new DOMException("reading stopped", "AbortError"));
    await this.#values.return(undefined).catch(() => {});
  }

  #ask(): void {
    const value = this.#values.next();
    value.catch(() => {}); // is told when it is its turn
    this.#asked.push(value);
  }
}
