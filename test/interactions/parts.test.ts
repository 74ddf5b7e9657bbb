import fc from "fast-check";
import { expect, it } from "vitest";
import { AccessCounter } from "../../src/interactions/counter.js";
import { partsOf } from "../../src/interactions/parts.js";

const name = fc.constantFrom("a", "b", "zoë", "\u{1f600}", "x".repeat(100));

it("a table in parts has the rows of the table, in its order, with the names that they use and no other", () => {
  const access = fc.tuple(name, name, name, fc.integer({ min: 0, max: 3 }), fc.double({ noNaN: true }));
  fc.assert(
    fc.property(fc.array(access, { maxLength: 60 }), fc.integer({ min: 1, max: 70 }), (accesses, rowsInPart) => {
      const counter = new AccessCounter();
      for (const values of accesses) counter.add(...values);
      const table = counter.finish();
      const rows: unknown[] = [];
      for (const part of partsOf(table, rowsInPart)) {
        const { bytes, ends } = part.names;
        const texts = Array.from(ends, (end, n) => Buffer.from(bytes).toString("utf8", n === 0 ? 0 : ends[n - 1], end));
        const used = new Set([...part.tenant, ...part.user, ...part.resource]);
        expect(new Set(texts).size).toBe(texts.length);
        expect(used.size).toBe(texts.length);
        expect(part.length).toBeLessThanOrEqual(rowsInPart);
        for (let n = 0; n < part.length; n++)
          rows.push([texts[part.tenant[n]], texts[part.user[n]], texts[part.resource[n]], part.day[n], part.weight[n]]);
      }
      const expected = Array.from({ length: table.length }, (_, n) => [
        table.tenants.names[table.tenant[n]],
        table.users.names[table.user[n]],
        table.resources.names[table.resource[n]],
        table.day[n],
        table.weight[n],
      ]);
      expect(rows).toEqual(expected);
    }),
  );
});
