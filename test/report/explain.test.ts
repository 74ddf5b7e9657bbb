import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reasons } from "../../src/access/types.js";
import { type Explainable, explain, explanation } from "../../src/report/explain.js";

const access: Explainable = {
  user: "u",
  res: "r",
  reason: "scored",
  count: 3,
  firstDay: "2026-01-02",
  lastDay: "2026-01-05",
  expectedResources: ["a", "b", "c", "d"],
  expectedUsers: ["x", "y"],
};

describe("an explanation", () => {
  it.each<[string, Partial<Explainable>]>([
    ["u is expected to use a, b and c; r is expected of x and y; seen 3 times between 2026-01-02 and 2026-01-05.", {}],
    [
      "u is expected to use a rather than r; seen once on 2026-01-02.",
      { expectedResources: ["a"], expectedUsers: [], count: 1, lastDay: "2026-01-02" },
    ],
    [
      "r is expected of x and y rather than of u; seen twice.",
      { expectedResources: [], count: 2, firstDay: null, lastDay: null },
    ],
    [
      "The model does not expect u to use r; seen 1,000 times on 2026-01-05.",
      { expectedResources: [], expectedUsers: [], count: 1000, firstDay: null },
    ],
    [
      "No chain of shared accesses connects u with r; u is expected to use a, b and c; r is expected of x and y.",
      { reason: "disconnected", count: 0, firstDay: null, lastDay: null },
    ],
    [
      "u is known to use r from the history of accesses; seen on 2026-01-02.",
      { reason: "seen", count: 0, lastDay: null },
    ],
    [
      "The model has never seen the user u; r is expected of x and y; seen with a weight of 2.5 on 2026-01-02.",
      { reason: "unknown-user", count: 2.5, lastDay: null },
    ],
    [
      "The model has never seen the resource r; u is expected to use a, b and c.",
      { reason: "unknown-resource", count: 0, firstDay: null, lastDay: null },
    ],
    [
      "The model has seen neither the user u nor the resource r.",
      { reason: "unknown-both", count: 0, firstDay: null, lastDay: null },
    ],
  ])("reads: %s", (sentence, change) => {
    expect(explain({ ...access, ...change })).toBe(sentence);
  });

  it("does not offer the access itself as what was expected", () => {
    expect(explain({ ...access, expectedResources: ["r", "a"], expectedUsers: ["u"] })).toMatch(
      /^u is expected to use a rather than r;/,
    );
  });

  it("keeps names apart from words, so that whoever shows them can make them inert", () => {
    expect(explanation(access).filter((piece) => typeof piece !== "string")).toEqual(
      ["u", "a", "b", "c", "r", "x", "y"].map((name) => ({ name })),
    );
  });

  it("is one line that does nothing to a terminal, of bounded length, whatever the names", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constantFrom("", "\u001b[2J", "\u202e", "\n", "x".repeat(10_000)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...reasons),
        name,
        name,
        fc.array(name),
        fc.double(),
        (reason, user, res, names, count) => {
          const text = explain({
            ...access,
            reason,
            user,
            res,
            firstDay: user,
            count,
            expectedResources: names,
            expectedUsers: names,
          });
          // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
          expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028]/);
          expect(text.length).toBeLessThan(3000);
          expect(text).toMatch(/\.$/);
        },
      ),
    );
  });
});
