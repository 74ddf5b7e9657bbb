import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScanCounter } from "../../src/counting/counter.js";
import { NO_DAY } from "../../src/interactions/accesses.js";
import { tableFrom } from "../../src/interactions/counted.js";
import { AccessCounter } from "../../src/interactions/counter.js";
import { ScanMemory } from "../../src/wasm/scan-memory.js";
import { rowsOf } from "../ingest/helpers.js";

type Access = readonly [tenant: string, user: string, resource: string, day: number, weight: number];

const name = fc.oneof(
  fc.constantFrom("", "a", "12345678", "123456789", "😀", "\ud800", "ÿ"),
  fc.nat({ max: 300 }).map((n) => `CONTOSO\\user${n}`),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const accesses = fc.array(
  fc.tuple(
    fc.constantFrom("t1", "t2"),
    name,
    name,
    fc.constantFrom(NO_DAY, -1, 0, 19_000),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  { maxLength: 60 },
);

function counterOf(rows: readonly Access[], apart = false): ScanCounter {
  const counter = new ScanCounter(new ScanMemory(), 1n);
  for (const row of rows) add(counter, row, apart);
  return counter;
}

function add(
  counter: ScanCounter,
  [tenantName, userName, resourceName, day, weight]: Access,
  apart = false,
  recordId = "",
) {
  const [tenant, user, resource] = [tenantName, userName, resourceName].map((text) => counter.intern(text));
  expect(counter.add({ tenant, user, resource, day, weight, apart, recordId })).toBe(true);
}

function reference(rows: readonly Access[]): AccessCounter {
  const counter = new AccessCounter();
  for (const row of rows) counter.add(...row);
  return counter;
}

describe("ScanCounter", () => {
  it("gives the rows of a counter on JavaScript's maps, names in the order of first appearance", () => {
    fc.assert(
      fc.property(accesses, (rows) => {
        const table = tableFrom(counterOf(rows).part());
        const expected = reference(rows).finish();
        expect(rowsOf(table)).toEqual(rowsOf(expected));
        for (const kind of ["tenants", "users", "resources"] as const)
          expect(table[kind].names).toEqual(expected[kind].names);
      }),
      { numRuns: 100 },
    );
  });

  it("sums parts in their order to the bits of the whole, wherever it is divided", () => {
    fc.assert(
      fc.property(accesses, fc.nat({ max: 60 }), fc.nat({ max: 60 }), (rows, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const merged = new ScanCounter(new ScanMemory(), 2n);
        for (const part of [rows.slice(0, from), rows.slice(from, to), rows.slice(to)])
          expect(merged.addPart(counterOf(part, true).part())).toBe(true);
        expect(rowsOf(tableFrom(merged.part()))).toEqual(rowsOf(reference(rows).finish()));
      }),
      { numRuns: 100 },
    );
  });

  it("grows past many segments and blocks, and is empty after it was cleared", () => {
    const counter = new ScanCounter(new ScanMemory(), 3n);
    const long = "x".repeat(1_500_000);
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 100_000; n++)
        add(counter, ["t", `user ${n}`, n === 50_000 ? long : `share ${n % 777}`, n % 3, 1]);
      for (let n = 99_999; n >= 0; n -= 7)
        add(counter, ["t", `user ${n}`, n === 50_000 ? long : `share ${n % 777}`, n % 3, 2]);
      const { names, length, user, resource, weight } = counter.part();
      expect(length).toBe(100_000);
      expect(names.ends.length).toBe(1 + 100_000 + 777 + 1);
      const text = (id: number) =>
        Buffer.from(names.bytes.subarray(id ? names.ends[id - 1] : 0, names.ends[id])).toString();
      for (const row of [0, 1, 49_999, 50_000, 50_001, 65_536, 99_999]) {
        expect(text(user[row])).toBe(`user ${row}`);
        expect(text(resource[row])).toBe(row === 50_000 ? long : `share ${row % 777}`);
        expect(weight[row]).toBe((99_999 - row) % 7 === 0 ? 3 : 1);
      }
      counter.clear();
      expect(counter.rows).toBe(0);
      expect(counter.part().names.ends.length).toBe(0);
    }
  });

  it("tells that there is no room, and counts on after it was cleared", () => {
    const memory = new ScanMemory();
    const counter = new ScanCounter(memory, 4n);
    memory.limit(memory.held + 8 * 2 ** 20);
    const fill = () => {
      for (let n = 0; ; n++) {
        const [tenant, user] = ["t", `a user with a long name, number ${n}`].map((text) => counter.intern(text));
        if (user < 0) return n;
        if (!counter.add({ tenant, user, resource: tenant, day: n, weight: 1, apart: false, recordId: `${n}` }))
          return n;
      }
    };
    const first = fill();
    expect(first).toBeGreaterThan(10_000);
    expect(counter.part().length).toBe(first);
    counter.clear();
    expect(fill()).toBeGreaterThanOrEqual(first - 1);
  });

  it("keeps record ids with the row or the repeat that they were counted in", () => {
    const counter = new ScanCounter(new ScanMemory(), 5n);
    const rows: [Access, string][] = [
      [["t", "u", "r", 1, 0.5], "id 1"],
      [["t", "u", "r", 1, 0.25], "id 2"],
      [["t", "v", "r", 1, 1], ""],
      [["t", "w", "r", 1, 1], "id 1"],
    ];
    for (const [row, id] of rows) add(counter, row, true, id);
    const { recordIds, repeats } = counter.part();
    expect([...recordIds.access]).toEqual([0, -1, 2]);
    expect([...repeats.row]).toEqual([0]);
    const [first, second, third] = [0, 1, 2].map((n) => recordIds.ids.slice(4 * n, 4 * n + 4).join());
    expect(first).toBe(third);
    expect(first).not.toBe(second);
  });
});
