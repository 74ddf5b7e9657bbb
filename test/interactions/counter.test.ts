import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_DAY } from "../../src/interactions/accesses.js";
import { AccessCounter } from "../../src/interactions/counter.js";
import { rowsOf } from "../ingest/helpers.js";

const access = fc.record({
  tenant: fc.constantFrom("a", "b"),
  user: fc.string({ maxLength: 2 }),
  resource: fc.constantFrom("r", "s", "__proto__", ""),
  day: fc.constantFrom(NO_DAY, -1, 0, 20_000),
  weight: fc.integer({ min: -5, max: 5 }),
});
interface Access {
  tenant: string;
  user: string;
  resource: string;
  day: number;
  weight: number;
}

const count = (accesses: readonly Access[]) => {
  const counter = new AccessCounter();
  for (const { tenant, user, resource, day, weight } of accesses) counter.add(tenant, user, resource, day, weight);
  return counter.finish();
};

/** The oracle: a map of text keys, in the order of first appearance. */
const expected = (accesses: readonly Access[]) => {
  const sums = new Map<string, number>();
  for (const { tenant, user, resource, day, weight } of accesses) {
    const key = JSON.stringify([tenant, user, resource, day === NO_DAY ? null : day]);
    sums.set(key, (sums.get(key) ?? 0) + weight);
  }
  return [...sums].map(([key, weight]) => [...JSON.parse(key), weight]);
};

describe("AccessCounter", () => {
  it("sums per tenant, user, resource and day, in the order of first appearance", () => {
    fc.assert(
      fc.property(fc.array(access, { maxLength: 200 }), (accesses) => {
        expect(rowsOf(count(accesses))).toEqual(expected(accesses));
      }),
    );
  });

  it("grows far past its first capacity without losing or doubling a row", () => {
    const counter = new AccessCounter();
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 50_000; i++) counter.add("t", `u${i % 500}`, `r${Math.floor(i / 500)}`, i % 7);
    const table = counter.finish();
    const distinct = new Set(Array.from({ length: 50_000 }, (_, i) => `${i % 500} ${Math.floor(i / 500)} ${i % 7}`));
    expect(table.length).toBe(distinct.size);
    expect(table.weight.every((weight) => weight === 2)).toBe(true);
  });

  it("keeps accesses without a time apart from those of any day", () => {
    const counter = new AccessCounter();
    counter.add("t", "u", "r");
    counter.add("t", "u", "r", 0);
    counter.add("t", "u", "r");
    expect(rowsOf(counter.finish())).toEqual([
      ["t", "u", "r", null, 2],
      ["t", "u", "r", 0, 1],
    ]);
  });

  it("gives columns of exactly its length and the kind of its weights", () => {
    const counter = new AccessCounter();
    counter.add("t", "u", "r", 1, 2.5);
    const table = counter.finish("likelihood");
    expect([table.tenant.length, table.weight.length, table.length]).toEqual([1, 1, 1]);
    expect(table.weightKind).toBe("likelihood");
  });
});
