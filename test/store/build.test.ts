import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compressRows } from "../../src/als/ratings.js";
import { Random } from "../../src/base/random.js";
import { type CutOptions, scatterBytes, scatterRatings, sortBytes, writePartitions } from "../../src/store/build.js";
import { cutPartitions, largestBlock } from "../../src/store/cuts.js";
import { blockLayout } from "../../src/store/layout.js";
import { PartitionFile } from "../../src/store/partition-file.js";
import type { RatingsBatch, RatingsSource } from "../../src/store/source.js";

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "byoml-store-"));
  folder = root;
});
afterEach(() => rmSync(root, { recursive: true }));

/** Ratings of which a share falls on the first few rows, so that some buckets and units are heavy. */
function skewed(users: number, items: number, length: number, seed: number) {
  const random = new Random(seed);
  const draw = (size: number) => (random.unit() < 0.4 ? random.integer(Math.min(size, 7)) : random.integer(size));
  return {
    ...{ users, items },
    user: Int32Array.from({ length }, () => draw(users)),
    item: Int32Array.from({ length }, () => draw(items)),
    rating: Float32Array.from({ length }, (_, n) => n),
  };
}
type Ratings = ReturnType<typeof skewed>;

/** The ratings in batches whose arrays are used again. */
function inBatches({ users, items, user, item, rating }: Ratings, size: number): RatingsSource {
  function* batches(): Generator<RatingsBatch> {
    const batch = { user: new Int32Array(size), item: new Int32Array(size), rating: new Float32Array(size) };
    for (let n = 0; n < user.length; n += size) {
      const end = Math.min(n + size, user.length);
      batch.user.set(user.subarray(n, end));
      batch.item.set(item.subarray(n, end));
      batch.rating.set(rating.subarray(n, end));
      const cut = (array: Int32Array) => array.subarray(0, end - n);
      yield { user: cut(batch.user), item: cut(batch.item), rating: batch.rating.subarray(0, end - n) };
    }
  }
  return { users, items, batches };
}

async function build(source: RatingsSource, cut: CutOptions, scratchBytes?: number): Promise<PartitionFile[]> {
  const { least, most } = scatterBytes(source);
  const scattered = await scatterRatings(source, folder, new Uint8Array(scratchBytes ?? (least + most) / 2));
  const files: PartitionFile[] = [];
  for (const side of scattered) {
    const scratch = new Uint8Array(sortBytes(largestBlock(cutPartitions(side.counts, cut.spans, cut.unit, cut.bytes))));
    files.push(new PartitionFile(await writePartitions(side, folder, cut, scratch)));
  }
  return files;
}

/** The file's partitions put together again. */
async function joined(file: PartitionFile) {
  const { rows, pairs, partitions } = file.head;
  const all = { ptr: new Uint32Array(rows + 1), idx: new Int32Array(pairs), val: new Float32Array(pairs) };
  let before = 0;
  for (const [n, part] of partitions.entries()) {
    const { idxAt, valAt, bytes } = blockLayout(part.rows, part.pairs);
    const block = new Uint8Array(bytes);
    await file.read(n, block);
    const ptr = new Uint32Array(block.buffer, 0, part.rows + 1);
    for (let r = 0; r <= part.rows; r++) all.ptr[part.first + r] = before + ptr[r];
    all.idx.set(new Int32Array(block.buffer, idxAt, part.pairs), before);
    all.val.set(new Float32Array(block.buffer, valAt, part.pairs), before);
    for (const row of [0, part.rows >> 1, part.rows]) expect(file.pairsBefore(n, part.first + row)).toBe(ptr[row]);
    before += part.pairs;
  }
  file.close();
  return all;
}

function inMemory({ users, items, user, item, rating }: Ratings) {
  const empty = (rows: number) => ({
    ptr: new Uint32Array(rows + 1),
    idx: new Int32Array(rating.length),
    val: new Float32Array(rating.length),
  });
  const [byUser, byItem] = [empty(users), empty(items)];
  compressRows(users, user, item, rating, byUser);
  compressRows(items, item, user, rating, byItem);
  return [byUser, byItem];
}

describe("partitions on disk", () => {
  it("hold what a sort in memory gives, in the same order, however they are cut", async () => {
    const shape = fc.record({
      users: fc.integer({ min: 1, max: 60_000 }),
      items: fc.integer({ min: 1, max: 3000 }),
      length: fc.integer({ min: 0, max: 30_000 }),
      seed: fc.nat(1e6),
      batch: fc.integer({ min: 100, max: 40_000 }),
      bytes: fc.integer({ min: 1000, max: 400_000 }),
      border: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ users, items, length, seed, batch, bytes, border }) => {
        const ratings = skewed(users, items, length, seed);
        folder = mkdtempSync(join(root, "run-"));
        const first = Math.min(border, users, items);
        const cut = { spans: [[0, first] as const], unit: 256, bytes };
        const files = await build(inBatches(ratings, batch), cut);
        const [byUser, byItem] = inMemory(ratings);
        const partitions = files[0].head.partitions;
        for (const { first: row } of partitions) expect(row < first ? row % 256 : (row - first) % 256).toBe(0);
        expect(await joined(files[0])).toEqual(byUser);
        expect(await joined(files[1])).toEqual(byItem);
        expect(readdirSync(folder).sort()).toEqual(["item.partitions", "user.partitions"]);
      }),
      { numRuns: 25 },
    );
  });

  it("are the same with the least scratch, with buckets that are split", async () => {
    const ratings = skewed(100_000, 2000, 100_000, 7);
    const source = inBatches(ratings, 50_000);
    const files = await build(source, { spans: [], unit: 256, bytes: 30_000 }, scatterBytes(source).least);
    expect(files[0].head.partitions.length).toBeGreaterThan(30);
    const [byUser, byItem] = inMemory(ratings);
    expect(await joined(files[0])).toEqual(byUser);
    expect(await joined(files[1])).toEqual(byItem);
  });

  it("name the rating whose user or item there is not", async () => {
    const ratings = skewed(10, 10, 100, 1);
    ratings.item[77] = 10;
    const source = inBatches(ratings, 50);
    const scatter = scatterRatings(source, folder, new Uint8Array(scatterBytes(source).most));
    await expect(scatter).rejects.toThrow(/^rating 77: expected a user below 10 and an item below 10, got \d and 10$/);
  });
});
