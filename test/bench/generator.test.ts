import { describe, expect, it } from "vitest";
import { accesses, BATCH } from "../../bench/data/generator.mjs";
import { distinctAfter, layout } from "../../bench/data/law.mjs";
import { generate, sizesFor } from "../../bench/data/sets.mjs";

const small = { users: 3_000, resources: 900, pairs: 40_000 };

function degreesOf(ids: Int32Array, size: number): Int32Array {
  const degrees = new Int32Array(size);
  for (const id of ids) degrees[id]++;
  return degrees;
}

describe("the generator of accesses", () => {
  it("gives exactly so many distinct pairs within the ranges of their ids", () => {
    const { user, resource } = generate(small);
    expect(user.length).toBe(small.pairs);
    expect(new Set(Array.from(user, (u, n) => u * small.resources + resource[n])).size).toBe(small.pairs);
    expect(Math.min(...user, ...resource)).toBe(0);
    expect(user.every((u) => u < small.users)).toBe(true);
    expect(resource.every((r) => r < small.resources)).toBe(true);
  });

  it("gives every user a resource", () => {
    expect(Math.min(...degreesOf(generate(small).user, small.users))).toBeGreaterThanOrEqual(1);
  });

  it("gives the same pairs for the same seed and others for another", () => {
    expect(generate(small)).toEqual(generate(small));
    expect(generate(small, 8).resource).not.toEqual(generate(small).resource);
  });

  it("keeps a user's pairs within neighbouring batches, and so needs no more memory for more pairs", () => {
    const sizes = sizesFor(BATCH * 2 + 1000);
    const lastBatch = new Int32Array(sizes.users).fill(-1);
    const lengths: number[] = [];
    let returned = 0;
    for (const { user } of accesses(sizes)) {
      const batch = lengths.push(user.length) - 1;
      for (const u of user) {
        if (lastBatch[u] >= 0 && lastBatch[u] < batch - 1) returned++;
        lastBatch[u] = batch;
      }
    }
    expect(lengths).toEqual([BATCH, BATCH, 1000]);
    expect(returned).toBe(0);
  });

  it("has heavy tails on both sides and in the counts", () => {
    const sizes = { users: 20_000, resources: 4_000, pairs: 400_000 };
    const { user, resource, count } = generate(sizes);
    const share = (ids: Int32Array, size: number) => {
      const sorted = degreesOf(ids, size).sort().reverse();
      return sorted.subarray(0, size / 100).reduce((sum, n) => sum + n, 0) / ids.length;
    };
    // A hundredth of the users and resources have far more than a hundredth of the pairs.
    expect(share(user, sizes.users)).toBeGreaterThan(0.05);
    expect(share(resource, sizes.resources)).toBeGreaterThan(0.05);
    // P(count >= k) = k^-1.3; three deviations of 400,000 draws are 0.0024 at most.
    for (const k of [2, 3, 10, 50]) {
      const tail = count.reduce((sum, c) => sum + (c >= k ? 1 : 0), 0) / count.length;
      expect(Math.abs(tail - k ** -1.3)).toBeLessThan(0.0024);
    }
  });

  it("says how many pairs there can be", () => {
    expect(() => generate({ ...small, pairs: 10 })).toThrow(/expected 3000 to \d+ pairs of 3000 users, got 10/);
    expect(() => generate({ ...small, pairs: 5_000_000 })).toThrow(/got 5000000/);
    expect(() => generate({ users: 100_000, resources: 50, pairs: 200_000 })).toThrow(/too few for 100 departments/);
  });

  it("fills users who have nearly all there is", () => {
    const sizes = { users: 200, resources: 120, pairs: 2_800 };
    const { user, resource } = generate(sizes);
    expect(new Set(Array.from(user, (u, n) => u * sizes.resources + resource[n])).size).toBe(sizes.pairs);
  });
});

describe("the expected number of distinct resources", () => {
  it("is one after one draw and all of them after very many", () => {
    const { blockSize, shared } = layout(small);
    const distinct = distinctAfter(blockSize, shared);
    expect(distinct(1)).toBeCloseTo(1, 12);
    expect(distinct(1e6)).toBeCloseTo(blockSize + shared, 3);
    expect(distinct(10.5)).toBeGreaterThan(distinct(10));
  });
});
