import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bits } from "../../src/spill/bits.js";
import { nameOrder } from "../../src/spill/name-order.js";
import { rowOrder } from "../../src/spill/row-order.js";

/** Short names of few characters, so that many begin alike, among them such as sort otherwise in UTF-8. */
const characters = fc.constantFrom(
  "a",
  "b",
  "\0",
  "\u007f",
  "é",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "\u{10000}",
  "\u{10ffff}",
);
const names = fc.uniqueArray(
  fc.array(characters, { maxLength: 20 }).map((parts) => parts.join("")),
  { maxLength: 400, minLength: 100, size: "max" },
);

describe("names in order", () => {
  it("are those of a sort of their text, by UTF-16 code units", () => {
    fc.assert(
      fc.property(names, (texts) => {
        const encoded = texts.map((text) => new TextEncoder().encode(text));
        let end = 0;
        const ends = Uint32Array.from(encoded, ({ length }) => (end += length));
        const order = nameOrder({ bytes: Buffer.concat(encoded), ends });
        expect(Array.from(order, (id) => texts[id])).toEqual([...texts].sort());
      }),
      { numRuns: 100 },
    );
  });

  it("are found where all begin alike for long and were in order before", () => {
    const texts = Array.from({ length: 30_000 }, (_, n) => `${"x".repeat(500)}${String(n).padStart(6, "0")}`);
    const bytes = Buffer.from(texts.join(""));
    const ends = Uint32Array.from(texts, (_, n) => 506 * (n + 1));
    expect(nameOrder({ bytes, ends })).toEqual(Int32Array.from(texts.keys()));
  });
});

describe("rows in order", () => {
  it("are sorted by the first column, then the next, and stay in place where all are equal", () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.integer(),
      fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 65_536),
    );
    const row = fc.tuple(value, value, fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
        const order = rowOrder(rows.length, 3, (column, into) => into.set(rows.map((values) => values[column])));
        const compare = (a: number[], b: number[]) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
        expect([...order]).toEqual([...rows.keys()].sort((a, b) => compare(rows[a], rows[b]) || a - b));
      }),
      { numRuns: 200 },
    );
  });
});

it("a set of bits knows its members, their number and their places", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(199), { maxLength: 120 }), fc.nat(199), fc.nat(199), (members, a, b) => {
      const bits = new Bits(200);
      for (const member of [...members, ...members]) bits.add(member);
      const sorted = [...members].sort((x, y) => x - y);
      expect(bits.size).toBe(members.length);
      const before = new Uint32Array(7);
      bits.rank(before);
      for (const [place, member] of sorted.entries()) expect(bits.rankOf(member, before)).toBe(place);
      const [first, end] = [Math.min(a, b), Math.max(a, b)];
      expect(bits.hasAny(first, end)).toBe(sorted.some((member) => member >= first && member < end));
      bits.clear();
      expect(bits.hasAny(0, 200)).toBe(false);
    }),
  );
});
