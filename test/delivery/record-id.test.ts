import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordIdOf } from "../../src/delivery/record-id.js";

describe("the id of a record", () => {
  it("is the same in every version: tables hold rows of earlier ones", () => {
    expect(recordIdOf("contoso", "CONTOSO\\jane", "\\\\*\\hr", 19_856)).toBe("ef8e7846-bbcb-89a9-a785-866da19a0dce");
    expect(recordIdOf("contoso", "CONTOSO\\jane", "\\\\*\\hr", null)).toBe("88b3c877-77d7-81b4-a247-d41989bb0f48");
  });

  it("has the shape of a UUID of version 8", () => {
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, text, fc.option(fc.integer()), (tenant, actor, resource, day) => {
        expect(recordIdOf(tenant, actor, resource, day)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it("is another for every other access, wherever one name ends and the next begins", () => {
    // few letters, so that texts often agree once they are joined; lone surrogates, which UTF-8 would make the same
    const text = fc.string({
      unit: fc.constantFrom("a", "1", ":", "\u0000", "\ud800", "\udc00", "\ufffd"),
      maxLength: 4,
    });
    const access = fc.tuple(text, text, text, fc.option(fc.integer({ min: -2, max: 20_000 })));
    fc.assert(
      fc.property(access, access, (one, other) => {
        expect(recordIdOf(...one) === recordIdOf(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      {
        numRuns: 2000,
        examples: [
          [
            ["a", "", "", 1],
            ["", "a", "", 1],
          ],
          [
            ["a", "1:", "", null],
            ["a", "1", ":", null],
          ],
        ],
      },
    );
  });
});
