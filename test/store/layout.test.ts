import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { blockLayout, decodeHead, encodeHead, headBytes, type PartitionHead } from "../../src/store/layout.js";
import { PartitionFile } from "../../src/store/partition-file.js";

const { bytes } = blockLayout(256, 1000);
const offset = headBytes(2);
const last = blockLayout(44, 0);
const head: PartitionHead = {
  side: "item",
  rows: 300,
  pairs: 1000,
  partitions: [
    { first: 0, rows: 256, pairs: 1000, offset, bytes, crc: 0xfedcba98 },
    { first: 256, rows: 44, pairs: 0, offset: offset + bytes, bytes: last.bytes, crc: 7 },
  ],
};
const size = offset + bytes + last.bytes;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "byoml-layout-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the head of a file of partitions", () => {
  it("comes back as it was written, with blocks at pages and arrays at 64 bytes", () => {
    expect(decodeHead(encodeHead(head), "p", size)).toEqual(head);
    expect(offset % 4096).toBe(0);
    const { idxAt, valAt } = blockLayout(256, 1001);
    expect([idxAt % 64, valAt % 64, blockLayout(256, 1001).bytes % 64]).toEqual([0, 0, 0]);
    expect(idxAt).toBeGreaterThanOrEqual(4 * 257);
    expect(valAt - idxAt).toBeGreaterThanOrEqual(4 * 1001);
  });

  it.each([
    ["another kind of file", (b: Uint8Array) => b.fill(1, 0, 8), /is no file of partitions/],
    ["a version to come", (b: Uint8Array) => b.fill(2, 8, 9), /has version 2 of the format, this byoml reads 1/],
    ["a changed number", (b: Uint8Array) => b.fill(9, 70, 71), /the checksum of its table is wrong/],
  ])("refuses %s", (_, damage, message) => {
    const damaged = encodeHead(head);
    damage(damaged);
    expect(() => decodeHead(damaged, "/w/item.partitions", size)).toThrow(DataError);
    expect(() => decodeHead(damaged, "/w/item.partitions", size)).toThrow(message);
    expect(() => decodeHead(damaged, "/w/item.partitions", size)).toThrow(/^\/w\/item\.partitions: /);
  });

  it("refuses a table that does not fit its file or itself", () => {
    expect(() => decodeHead(encodeHead(head), "p", size - 1)).toThrow(/partition 256: .* too short/);
    const gap = { ...head, partitions: head.partitions.slice(1) };
    expect(() => decodeHead(encodeHead(gap), "p", size)).toThrow(/its place in the file is wrong/);
    expect(() => decodeHead(encodeHead({ ...head, rows: 301 }), "p", size)).toThrow("its rows do not add up");
  });

  it.each([0, 10, 64, 5000])("is missing from a file that ends after %i bytes", (length) => {
    const path = join(folder, "item.partitions");
    writeFileSync(path, encodeHead(head).subarray(0, length));
    expect(() => new PartitionFile(path)).toThrow(DataError);
  });
});
