import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/access/evaluate.js";
import { drawNegatives } from "../../src/access/negatives.js";
import { sampleAccesses } from "../../src/access/sample.js";
import { splitByDays, splitByShare } from "../../src/access/split.js";
import { type AccessTable, NO_DAY } from "../../src/interactions/accesses.js";
import { AccessCounter } from "../../src/interactions/counter.js";
import { pairsOf } from "../../src/interactions/pairs.js";

/** The sample's departments: training on days 0 and 1, new accesses within departments on day 2, with some newcomers. */
function days({ newcomers = true, times = true } = {}): AccessTable {
  const { training, intra } = sampleAccesses({ seed: 1 });
  const counter = new AccessCounter();
  const day = (value: number) => (times ? value : NO_DAY);
  for (const [n, { user, res, likelihood }] of training.entries()) counter.add("t", user, res, day(n % 2), likelihood);
  for (const { user, res } of intra) counter.add("t", user, res, day(2), 1);
  if (newcomers) {
    counter.add("t", "stranger", "ffa", day(2), 1);
    counter.add("t", "hr_user_1", "new share", day(2), 1);
    counter.add("t", "stranger", "new share", day(2), 1);
  }
  return counter.finish();
}

describe("evaluation", () => {
  it("tells new accesses within a department from random ones far better than popularity does", async () => {
    const result = await evaluate(days(), { fits: 2, thresholds: [0, 1e9] });
    expect(result.train).toEqual({
      accesses: sampleAccesses({ seed: 1 }).training.length,
      users: 22,
      resources: 106,
      firstDay: "1970-01-01",
      lastDay: "1970-01-02",
    });
    expect(result.test).toMatchObject({
      unknownUser: 2,
      unknownResource: 2,
      firstDay: "1970-01-03",
      lastDay: "1970-01-03",
    });
    expect(result.test.scored).toBe(result.test.newAccesses - 3);
    expect(result.auc.uniform.mean).toBeGreaterThan(0.75);
    expect(result.auc.uniform.mean).toBeGreaterThan(result.baseline.uniform.mean + 0.1);
    expect(result.thresholds[0].detectedUniform).toBeGreaterThan(result.thresholds[0].falseAlarms);
    expect(result.thresholds[1]).toEqual({
      threshold: 1e9,
      falseAlarms: 0,
      detectedUniform: 0,
      detectedPopularityMatched: 0,
    });
  });

  it("gives the same figures again", async () => {
    const options = { fits: 1, seed: 3 };
    expect(await evaluate(days(), options)).toEqual(await evaluate(days(), options));
  });

  it("holds out a share where there is no time, and says so where it cannot hold out days", async () => {
    const table = days({ newcomers: false, times: false });
    await expect(evaluate(table)).rejects.toThrow("the accesses have no time");
    const result = await evaluate(table, { testShare: 0.2, fits: 1 });
    expect(result.train.accesses + result.test.accesses).toBe(pairsOf(table).length);
    expect(result.auc.uniform.mean).toBeGreaterThan(0.7);
  });

  it("gives every fit the whole history, also one that can be walked only once", async () => {
    const table = days({ newcomers: false });
    const rows = sampleAccesses({ seed: 1 }).training.map(({ user, res }) => ({ tenant: "t", user, res }));
    const options = { fits: 3, testDays: 1 };
    const want = await evaluate(table, { ...options, historyAccess: rows });
    expect(want.auc.uniform.std).toBeLessThan(0.1); // a fit without history would know nobody
    expect(await evaluate(table, { ...options, historyAccess: rows.values() })).toEqual(want);
  });

  it("says when there is nothing to measure", async () => {
    const counter = new AccessCounter();
    counter.add("t", "u", "r", 1, 1);
    counter.add("t", "u", "r", 2, 1);
    await expect(evaluate(counter.finish())).rejects.toThrow("no new access of a known user to a known resource");
    await expect(evaluate(counter.finish(), { testDays: 2 })).rejects.toThrow("none is left to train on");
    await expect(evaluate(counter.finish(), { testDays: 1, testShare: 0.5 })).rejects.toThrow(
      "testShare: expected not together",
    );
  });
});

describe("the split", () => {
  it("by days keeps every row once", () => {
    const table = days();
    const { train, test } = splitByDays(table, 1);
    expect(train.length + test.length).toBe(table.length);
    expect(Math.max(...train.day)).toBe(1);
    expect(Math.min(...test.day)).toBe(2);
  });

  it("by share keeps all days of a pair on one side", () => {
    const counter = new AccessCounter();
    for (let n = 0; n < 400; n++) for (const day of [1, 2]) counter.add("t", `u${n % 20}`, `r${n}`, day, 1);
    const { train, test } = splitByShare(counter.finish(), 0.25, 7);
    const keys = (table: AccessTable) => new Set(Array.from(table.user, (user, n) => `${user} ${table.resource[n]}`));
    const [trained, held] = [keys(train), keys(test)];
    for (const key of held) expect(trained.has(key)).toBe(false);
    expect(trained.size + held.size).toBe(400);
    expect(held.size).toBeGreaterThan(60);
    expect(held.size).toBeLessThan(140);
  });
});

describe("negatives", () => {
  it("are accesses of the same users that nobody made, popular resources more often", () => {
    const table = days({ newcomers: false });
    const { train, test } = splitByDays(table, 1);
    const truth = pairsOf(test);
    const { uniform, popularityMatched, users } = drawNegatives(table, pairsOf(train), truth, 4, 1);
    const made = new Set(Array.from(table.user, (user, n) => `${user} ${table.resource[n]}`));
    for (const set of [...uniform, ...popularityMatched]) {
      expect(set.user.length).toBeLessThanOrEqual(truth.length);
      set.user.forEach((user, n) => {
        expect(made.has(`${user} ${set.resource[n]}`)).toBe(false);
        expect(users[set.resource[n]]).toBeGreaterThan(0);
      });
    }
    const popularity = (sets: typeof uniform) =>
      sets.flatMap(({ resource }) => [...resource]).reduce((sum, r) => sum + users[r], 0);
    expect(popularity(popularityMatched)).toBeGreaterThan(1.05 * popularity(uniform));
  });
});
