import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.js";
import { SeenRecords } from "../../src/ingest/seen-records.js";

type Id = readonly [number, number, number, number];

/** Ids that differ in few bits, in the sign bit, in one word alone; and the one of zeros. */
const word = fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 32 - 1), fc.nat(3), fc.integer());
const id = fc.tuple(word, word, word, word);
const keyOf = ([a, b, c, d]: Id) => `${a >>> 0} ${b >>> 0} ${c >>> 0} ${d >>> 0}`;
const add = (seen: SeenRecords, [a, b, c, d]: Id) => seen.add(a, b, c, d);

describe("SeenRecords", () => {
  it("answers as a Set does while it has room, whatever the ids", () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), (ids) => {
        const seen = new SeenRecords(2 ** 16);
        const expected = new Set<string>();
        for (const one of ids) {
          expect(add(seen, one)).toBe(expected.has(keyOf(one)));
          expected.add(keyOf(one));
        }
        expect(seen.forgotten).toBe(0);
      }),
    );
  });

  it("takes a number and its two's complement as the same", () => {
    const seen = new SeenRecords();
    expect(seen.add(2 ** 32 - 1, 2 ** 31, 0, 1)).toBe(false);
    expect(seen.add(-1, -(2 ** 31), 0, 1)).toBe(true);
  });

  it("always knows the last ids of its window, by when they came last, and never one that did not come", () => {
    // 12 of 16 slots: windows come and go within a few dozen ids
    const few = fc.oneof(
      fc.nat(30).map((n): Id => [n, 0, 0, 0]),
      fc.nat(30).map((n): Id => [7, 7, 7, n << 26]),
    );
    fc.assert(
      fc.property(fc.array(few, { maxLength: 400 }), (ids) => {
        const seen = new SeenRecords(512);
        expect(seen.window).toBe(12);
        /** In the order in which they came last. */
        const before = new Set<string>();
        for (const one of ids) {
          const key = keyOf(one);
          const known = add(seen, one);
          if (!before.has(key)) expect(known).toBe(false);
          if ([...before].slice(-seen.window).includes(key)) expect(known).toBe(true);
          before.delete(key);
          before.add(key);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("counts what it forgot: what it knows and what it forgot are all that came", () => {
    const seen = new SeenRecords(512);
    for (let n = 1; n <= 12; n++) seen.add(0, 0, 0, n);
    // One of the first generation comes again and is in the second; as soon as that is full, the eleven others are dropped.
    expect(seen.add(0, 0, 0, 5)).toBe(true);
    for (let n = 100; n < 110; n++) expect(seen.add(0, 0, 0, n)).toBe(false);
    expect([seen.forgotten, seen.add(0, 0, 0, 1)]).toEqual([0, true]);
    expect(seen.forgotten).toBe(10);
    expect([5, 100, 109, 1].map((n) => seen.add(0, 0, 0, n))).toEqual([true, true, true, true]);
    expect([2, 12].map((n) => seen.add(0, 0, 0, n))).toEqual([false, false]);
  });

  it("agrees with a Set on a million ids, most of them new, as it grows", () => {
    const seen = new SeenRecords();
    expect(seen.window).toBe(1_572_864);
    const random = new Random(5);
    const expected = new Set<number>();
    let wrong = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const n = random.integer(4_000_000);
      if (seen.add(n, 5, n * 3, -n) !== expected.has(n)) wrong++;
      expected.add(n);
    }
    expect([wrong, seen.forgotten]).toEqual([0, 0]);
  });

  it.each<[string, (n: number) => Id]>([
    ["equal low words", (n) => [0, 0, 0, n]],
    ["equal low bits in every word", (n) => [n << 27, (n >> 5) << 27, (n >> 10) << 27, (n >> 15) << 27]],
    ["counters", (n) => [n, n, n, n]],
    ["multiples of the table's size", (n) => [n << 21, n >> 11, 0, 0]],
  ])("is not slowed down by ids with %s: clusters stay as short as those of random ids", (_, idOf) => {
    const seen = new SeenRecords(2 ** 25);
    // With every id in one cluster these would be 10^11 steps, and the test's time would not do.
    for (let n = 0; n < 500_000; n++) if (add(seen, idOf(n + 1))) throw new Error(`${n} did not come before`);
    for (let n = 0; n < 500_000; n++) if (!add(seen, idOf(n + 1))) throw new Error(`${n} came before`);
  });

  it.each([0, 511, Number.NaN, Number.POSITIVE_INFINITY, -1])("refuses %s bytes", (bytes) => {
    expect(() => new SeenRecords(bytes)).toThrow(RangeError);
  });
});
