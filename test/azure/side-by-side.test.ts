import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { SideBySide } from "../../src/azure/side-by-side.js";
import { errorOf } from "../ingest/helpers.js";

/** Streams of three values each, side by side, and what happens to them. */
function streams(count: number, most: number, { failing = -1, held = 2 } = {}) {
  const events: string[] = [];
  const side = new SideBySide<string>(most, held);
  const reads = Array.from({ length: count }, (_, n) =>
    side.add(async function* (signal) {
      events.push(`begin ${n}`);
      try {
        for (let value = 0; value < 3; value++) {
          await setImmediate();
          signal.throwIfAborted();
          if (n === failing) throw new Error(`${n} fails`);
          events.push(`give ${n}`);
          yield `${n}.${value}`;
        }
      } finally {
        events.push(`end ${n}`);
      }
    }),
  );
  const times = (what: string) => events.filter((event) => event.startsWith(what)).length;
  return { side, reads, events, open: () => times("begin") - times("end") };
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
};

describe("streams side by side", () => {
  it("give their values in order, with so many open at a time", async () => {
    const { reads, open } = streams(6, 3);
    let most = 0;
    for (const [n, read] of reads.entries()) {
      const values: string[] = [];
      for await (const value of read()) {
        values.push(value);
        await settled();
        most = Math.max(most, open());
      }
      expect(values).toEqual([`${n}.0`, `${n}.1`, `${n}.2`]);
    }
    expect([most, open()]).toEqual([3, 0]);
  });

  it.each([1, 2])("give no more than so many values before they are read: %i", async (held) => {
    const { reads, events } = streams(3, 3, { held });
    for await (const _ of reads[0]()) await settled();
    expect(events.filter((event) => event === "give 1")).toHaveLength(held);
    expect(await all(reads[1]())).toEqual(["1.0", "1.1", "1.2"]);
  });

  it("are told an error when it is their turn, and then nothing is open", async () => {
    const { reads, open } = streams(4, 3, { failing: 1 });
    expect(await all(reads[0]())).toHaveLength(3);
    await settled();
    expect((await errorOf(all(reads[1]()))).message).toBe("1 fails");
    expect(open()).toBe(0);
  });

  it("that are left out are ended", async () => {
    const { reads, open, events } = streams(4, 3);
    await all(reads[0]());
    await all(reads[2]());
    await settled();
    expect(events).toContain("end 1");
    await all(reads[3]());
    expect(open()).toBe(0);
  });

  it("are all ended when reading stops in the middle, and can be read anew", async () => {
    const { reads, open } = streams(4, 4);
    for await (const _ of reads[0]()) break;
    expect(open()).toBe(0);
    expect(await all(reads[0]())).toHaveLength(3);
    expect(await all(reads[3]())).toHaveLength(3);
    expect(open()).toBe(0);
  });

  it("are all ended by an abort, with its reason", async () => {
    const { reads, open } = streams(4, 4);
    const controller = new AbortController();
    const reason = new Error("enough");
    const reading = errorOf(all(reads[0](controller.signal)));
    controller.abort(reason);
    expect(await reading).toBe(reason);
    expect(open()).toBe(0);
    expect(await errorOf(all(reads[1](controller.signal)))).toBe(reason);
  });

  it("may be read twice at the same time", async () => {
    const { reads } = streams(2, 2);
    const both = await Promise.all([all(reads[0]()), all(reads[0]())]);
    expect(both.flat()).toHaveLength(6);
  });

  it("are ended by cancelling", async () => {
    const { side, reads, open } = streams(3, 3);
    const reading = reads[0]();
    await reading.next();
    await side.cancel();
    expect(open()).toBe(1);
    await reading.return(undefined);
    expect(open()).toBe(0);
  });
});
