import { describe, expect, it } from "vitest";
import { type SampleAccess, sampleAccesses } from "../../src/access/sample.js";

const seeds = [0, 1, 42, 7, 2 ** 32 - 1];
const key = ({ user, res }: SampleAccess) => `${user} ${res}`;
const departmentOf = (name: string) => name.split("_")[0];
const ofDepartment = (accesses: SampleAccess[], name: string) =>
  accesses.filter(({ user, res }) => departmentOf(user) === name && departmentOf(res) === name);

describe.each(seeds)("the sample with seed %i", (seed) => {
  const { training, intra, inter } = sampleAccesses({ seed });

  it("covers every user and every resource of every department in training", () => {
    expect(new Set(training.map(({ user }) => user)).size).toBe(7 + 5 + 10);
    expect(new Set(training.map(({ res }) => res)).size).toBe(30 + 25 + 50 + 1);
    for (const [name, users, resources] of [
      ["hr", 7, 30],
      ["fin", 5, 25],
      ["eng", 10, 50],
    ] as const) {
      const own = ofDepartment(training, name);
      expect(own.length).toBeGreaterThanOrEqual(0.25 * users * resources);
      expect(new Set(own.map(({ user }) => user)).size).toBe(users);
      expect(new Set(own.map(({ res }) => res)).size).toBe(resources);
    }
  });

  it("has each pair once in a set", () => {
    for (const set of [training, intra, inter]) expect(new Set(set.map(key)).size).toBe(set.length);
  });

  it("has likelihoods from 500 to 1000, whole numbers", () => {
    for (const { likelihood } of [...training, ...intra, ...inter]) {
      expect(Number.isInteger(likelihood)).toBe(true);
      expect(likelihood).toBeGreaterThanOrEqual(500);
      expect(likelihood).toBeLessThanOrEqual(1000);
    }
  });

  it("gives everyone the joint resource in all three sets", () => {
    for (const set of [training, intra, inter])
      expect(set.filter(({ res }) => res === "ffa").map(({ user }) => user)).toHaveLength(22);
  });

  it("tests with unseen pairs within a department, and with pairs across departments", () => {
    const known = new Set(training.map(key));
    const unseen = intra.filter(({ res }) => res !== "ffa");
    expect(unseen.length).toBeGreaterThan(30);
    expect(unseen.filter((access) => known.has(key(access)))).toEqual([]);
    expect(unseen.filter(({ user, res }) => departmentOf(user) !== departmentOf(res))).toEqual([]);
    const across = inter.filter(({ res }) => res !== "ffa");
    expect(across.length).toBeGreaterThan(2 * 105 - 1);
    expect(across.filter(({ user, res }) => departmentOf(user) === departmentOf(res))).toEqual([]);
  });
});

it("is the same for the same seed and another for another", () => {
  expect(sampleAccesses({ seed: 5 })).toEqual(sampleAccesses({ seed: 5 }));
  expect(sampleAccesses({ seed: 5 })).not.toEqual(sampleAccesses({ seed: 6 }));
});

it("leaves out the joint resource when asked, so that the departments are not connected", () => {
  const { training, intra, inter } = sampleAccesses({ joint: false });
  for (const { res } of [...training, ...intra, ...inter]) expect(res).not.toBe("ffa");
  for (const { user, res } of training) expect(departmentOf(user)).toBe(departmentOf(res));
});
