import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadAhead } from "../../src/azure/read-ahead.js";
import { errorOf } from "../ingest/helpers.js";

/** Bytes that say where they are from, in chunks; what is on its way and waits is counted. */
class Origin {
  active = 0;
  most = 0;
  asked: [number, number][] = [];
  /** Bytes asked for and not given yet. */
  held = 0;
  mostHeld = 0;
  /** Ranges at these places fail, or never come. */
  readonly failing = new Set<number>();
  readonly hanging = new Set<number>();
  hung = 0;
  aborted = 0;

  constructor(readonly chunk = 3) {}

  fetch = async function* (this: Origin, from: number, to: number, signal: AbortSignal) {
    this.asked.push([from, to]);
    this.most = Math.max(this.most, ++this.active);
    this.held += to - from;
    this.mostHeld = Math.max(this.mostHeld, this.held);
    try {
      for (let at = from; at < to; at += this.chunk) {
        await new Promise(setImmediate);
        signal.throwIfAborted();
        if (this.failing.has(from)) throw new Error(`no ${from}`);
        if (this.hanging.has(from)) await this.#hang(signal);
        yield Uint8Array.from({ length: Math.min(this.chunk, to - at) }, (_, k) => (at + k) % 251);
      }
    } finally {
      this.active--;
    }
  }.bind(this);

  #hang(signal: AbortSignal): Promise<never> {
    this.hung++;
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        this.aborted++;
        reject(signal.reason);
      }),
    );
  }
}

const bytes = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => (from + k) % 251);

async function take(origin: Origin, chunks: AsyncIterable<Uint8Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const chunk of chunks) {
    origin.held -= chunk.length;
    all.push(...chunk);
    await new Promise(setImmediate);
  }
  return all;
}

const settled = async (origin: Origin) => {
  while (origin.active > 0) await new Promise(setImmediate);
};

describe("reading ahead", () => {
  it("gives all bytes in order, within its bounds, whatever the sizes", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
        fc.record({
          requests: fc.integer({ min: 1, max: 5 }),
          windowInBytes: fc.integer({ min: 1, max: 80 }),
          rangeInBytes: fc.integer({ min: 1, max: 30 }),
        }),
        fc.integer({ min: 1, max: 8 }),
        async (lengths, options, chunk) => {
          const origin = new Origin(chunk);
          const ahead = new ReadAhead(options);
          const readings = lengths.map((length, n) => ahead.add(100 * n, 100 * n + length, origin.fetch));
          for (const [n, reading] of readings.entries())
            expect(await take(origin, reading.read())).toEqual(bytes(100 * n, 100 * n + lengths[n]));
          expect(origin.held).toBe(0);
          expect(origin.most).toBeLessThanOrEqual(Math.max(1, options.requests));
          // The chunk that is being given is nobody's for a moment.
          const most = Math.max(options.windowInBytes, options.rangeInBytes) + chunk;
          expect(origin.mostHeld).toBeLessThanOrEqual(most);
          const starts = origin.asked.map(([from]) => from);
          expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 200 },
    ));

  it("asks for the next things while one is read", async () => {
    const origin = new Origin();
    const ahead = new ReadAhead({ requests: 3, windowInBytes: 100, rangeInBytes: 10 });
    const [first] = [0, 100, 200].map((from) => ahead.add(from, from + 10, origin.fetch));
    const chunks = first.read();
    await chunks.next();
    expect(origin.asked).toEqual([
      [0, 10],
      [100, 110],
      [200, 210],
    ]);
    await chunks.return(undefined);
    await settled(origin);
  });

  it("asks for nothing before the first thing is read", async () => {
    const origin = new Origin();
    const ahead = new ReadAhead();
    ahead.add(0, 10, origin.fetch);
    await new Promise(setImmediate);
    expect(origin.asked).toEqual([]);
  });

  it("gives up what is on its way when reading stops in the middle, and can begin again", async () => {
    const origin = new Origin();
    origin.hanging.add(10);
    const ahead = new ReadAhead({ requests: 2, windowInBytes: 100, rangeInBytes: 10 });
    const reading = ahead.add(0, 30, origin.fetch);
    for await (const _ of reading.read()) {
      while (origin.hung < 1) await new Promise(setImmediate);
      break;
    }
    await settled(origin);
    expect(origin.aborted).toBe(1);
    origin.hanging.clear();
    expect(await take(origin, reading.read())).toEqual(bytes(0, 30));
  });

  it("rejects with the reason of an abort, and ends what waits", async () => {
    const origin = new Origin();
    origin.hanging.add(0).add(100);
    const ahead = new ReadAhead({ requests: 2, windowInBytes: 100, rangeInBytes: 10 });
    const [reading] = [0, 100].map((from) => ahead.add(from, from + 10, origin.fetch));
    const controller = new AbortController();
    const failing = errorOf(take(origin, reading.read(controller.signal)));
    while (origin.hung < 2) await new Promise(setImmediate);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await failing).toBe(reason);
    await settled(origin);
    expect(origin.aborted).toBe(2);
  });

  it("ends what was read ahead when the abort comes between two things", async () => {
    const origin = new Origin();
    origin.hanging.add(100);
    const ahead = new ReadAhead({ requests: 2, rangeInBytes: 10 });
    const [first] = [0, 100].map((from) => ahead.add(from, from + 10, origin.fetch));
    const controller = new AbortController();
    await take(origin, first.read(controller.signal));
    while (origin.hung < 1) await new Promise(setImmediate);
    controller.abort();
    await settled(origin);
    expect(origin.aborted).toBe(1);
  });

  it("tells an error when it is its turn", async () => {
    const origin = new Origin();
    origin.failing.add(10);
    const ahead = new ReadAhead({ rangeInBytes: 10 });
    const reading = ahead.add(0, 30, origin.fetch);
    const got: number[] = [];
    const error = await errorOf(
      (async () => {
        for await (const chunk of reading.read()) got.push(...chunk);
      })(),
    );
    expect(error.message).toBe("no 10");
    expect(got).toEqual(bytes(0, 10));
    await settled(origin);
  });

  it("lets go of things that are passed over", async () => {
    const origin = new Origin();
    origin.hanging.add(100);
    const ahead = new ReadAhead({ requests: 2, windowInBytes: 20, rangeInBytes: 10 });
    const [first, , third] = [0, 100, 200].map((from) => ahead.add(from, from + 10, origin.fetch));
    await take(origin, first.read());
    while (origin.hung < 1) await new Promise(setImmediate);
    expect(await take(origin, third.read())).toEqual(bytes(200, 210));
    await settled(origin);
    expect(origin.aborted).toBe(1);
  });

  it("goes through a hundred thousand things without walking through all of them for each", async () => {
    const ahead = new ReadAhead({ rangeInBytes: 1 });
    const asked: number[] = [];
    const fetch = async function* (from: number) {
      asked.push(from);
      yield Uint8Array.of(0);
    };
    const readings = Array.from({ length: 100_000 }, (_, n) => ahead.add(n, n + 1, fetch));
    for (const reading of readings) for await (const chunk of reading.read()) expect(chunk.length).toBe(1);
    expect(asked).toEqual(Array.from(readings.keys()));
  });

  it("fails rather than giving less than there is", async () => {
    const ahead = new ReadAhead();
    const reading = ahead.add(0, 10, async function* () {
      yield new Uint8Array(9);
    });
    await expect(take(new Origin(), reading.read())).rejects.toThrow("read 9 bytes where there should be 10");
  });

  it("serves two readers at a time", async () => {
    const origin = new Origin();
    const ahead = new ReadAhead({ requests: 1, windowInBytes: 10, rangeInBytes: 10 });
    const [first, second] = [0, 100].map((from) => ahead.add(from, from + 50, origin.fetch));
    expect(await Promise.all([take(origin, first.read()), take(origin, second.read())])).toEqual([
      bytes(0, 50),
      bytes(100, 150),
    ]);
  });
});
