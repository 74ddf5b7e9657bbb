import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutParts, defaultCuts } from "../../src/ingest/parts.js";
import type { ByteSource } from "../../src/ingest/sources.js";
import { memorySource } from "./helpers.js";

const file = (size: number, more: Partial<ByteSource> = {}): ByteSource => ({
  ...memorySource([], "json", "f"),
  path: "f",
  size,
  ...more,
});
const small = { least: 1, most: 1e12, each: 1 };

describe("dividing sources", () => {
  it("keeps their order and leaves none out", () => {
    const source = fc.record({ size: fc.nat(1000), path: fc.option(fc.constant("f"), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(source, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (given, threads) => {
        const sources = given.map(({ size, path }) => file(size, { path }));
        const parts = cutParts(sources, threads, small);
        expect(parts.flatMap((part) => part.sources)).toEqual(sources);
        const remote = parts.filter((part) => part.remote).flatMap((part) => part.sources);
        expect(remote.every(({ path }) => path !== undefined)).toBe(true);
      }),
    );
  });

  it("makes parts of about equal work", () => {
    const sizes = [5, 5, 10, 1, 1, 8, 40, 3, 7];
    const parts = cutParts(
      sizes.map((size) => file(size)),
      8,
      small,
    );
    expect(parts.map((part) => part.sources.map(({ size }) => size))).toEqual([[5, 5], [10], [1, 1, 8], [40], [3, 7]]);
    expect(parts.every(({ remote }) => remote)).toBe(true);
  });

  it("makes more parts where they would be large", () => {
    const sources = Array.from({ length: 100 }, () => file(10));
    expect(cutParts(sources, 2, { least: 1, most: 100, each: 1 })).toHaveLength(10);
    expect(cutParts(sources, 2, { least: 1, most: 1e9, each: 3 })).toHaveLength(6);
  });

  it("counts packed files and costly formats as more than their bytes", () => {
    const parquet = [file(4e6, { format: "parquet" }), file(4e6, { format: "parquet" })];
    expect(cutParts(parquet, 2)).toHaveLength(2);
    expect(cutParts([file(10e6, { gzip: true }), file(10e6, { gzip: true })], 2)).toHaveLength(2);
    expect(cutParts([file(4e6), file(4e6)], 2)).toHaveLength(1);
  });

  it.each([
    ["one thread", [file(1e9), file(1e9)], 1],
    ["one file", [file(1e10)], 8],
    ["one file beside what is no file", [file(1e10), file(1e9, { path: undefined })], 8],
    ["named pipes, which can be opened once", [file(1e10, { size: undefined }), file(1e10, { size: undefined })], 8],
    ["little to read", [file(defaultCuts.least / 2 - 1), file(defaultCuts.least / 2)], 8],
    ["no source", [], 8],
  ])("leaves %s to the calling thread", (_, sources, threads) => {
    expect(cutParts(sources, threads)).toEqual([{ sources, remote: false }]);
  });
});
