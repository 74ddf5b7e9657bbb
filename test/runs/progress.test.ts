import { describe, expect, it } from "vitest";
import type { Listed } from "../../src/ingest/origin.js";
import { advanced, type Progress, slicesOf } from "../../src/runs/progress.js";

const thing = (name: string, length: number, more: Partial<Listed> = {}): Listed => ({
  ...{ name, length, etag: `${name}-${length}`, created: "c1", grows: true, format: "json", gzip: false },
  ...more,
});
const list = (...listed: Listed[]) => [{ origin: "o", listed, complete: true }];
const read = (progress: Progress, ...listed: Listed[]) => {
  const { slices, kept } = slicesOf(list(...listed), progress);
  return advanced(kept, slices, new Map(), new Map());
};

describe("what is new since it was read", () => {
  it("is everything at first, and nothing the second time", () => {
    const listed = [thing("a", 10), thing("b", 20)];
    const first = slicesOf(list(...listed), {});
    expect(first.slices.map(({ name, from, to }) => [name, from, to])).toEqual([
      ["a", 0, 10],
      ["b", 0, 20],
    ]);
    expect(slicesOf(list(...listed), read({}, ...listed))).toMatchObject({ slices: [], changes: [] });
  });

  it("is what was appended, also to what is old by its name", () => {
    const progress = read({}, thing("y=2020/a", 10), thing("y=2026/b", 20));
    const { slices, changes } = slicesOf(list(thing("y=2020/a", 15), thing("y=2026/b", 20)), progress);
    expect(slices).toMatchObject([{ name: "y=2020/a", from: 10, to: 15 }]);
    expect(changes).toEqual([]);
  });

  it("begins at a torn line, which waits until its source changes", () => {
    const { slices, kept } = slicesOf(list(thing("a", 10)), {});
    const progress = advanced(kept, slices, new Map([["a", 7]]), new Map());
    expect(slicesOf(list(thing("a", 10)), progress).slices).toEqual([]);
    expect(slicesOf(list(thing("a", 12)), progress).slices).toMatchObject([{ from: 7, to: 12 }]);
  });

  it("is all of what was overwritten, which is said", () => {
    const progress = read({}, thing("a", 10), thing("b", 10), thing("c", 10));
    const longer = thing("a", 30, { created: "c2" });
    const shorter = thing("b", 5);
    const { slices, changes } = slicesOf(list(longer, shorter, thing("c", 10)), progress);
    expect(slices.map(({ name, from, to }) => [name, from, to])).toEqual([
      ["a", 0, 30],
      ["b", 0, 5],
    ]);
    expect(changes.map(({ name, what }) => [name, what])).toEqual([
      ["a", "overwritten"],
      ["b", "overwritten"],
    ]);
  });

  it("is nothing of what was emptied, and what comes then is read from the start", () => {
    const progress = read({}, thing("a", 10));
    const emptied = slicesOf(list(thing("a", 0)), progress);
    expect(emptied.slices).toEqual([]);
    expect(emptied.changes).toEqual([{ name: "a", what: "overwritten", unread: 0 }]);
    expect(slicesOf(list(thing("a", 0)), emptied.kept).changes).toEqual([]);
    expect(slicesOf(list(thing("a", 4)), emptied.kept).slices).toMatchObject([{ from: 0, to: 4 }]);
  });

  it("is said of what was deleted, with what of it was never read", () => {
    const { slices, kept } = slicesOf(list(thing("a", 10), thing("b", 10)), {});
    const progress = advanced(kept, slices, new Map([["a", 7]]), new Map());
    const after = slicesOf(list(thing("b", 10)), progress);
    expect(after.changes).toEqual([{ name: "a", what: "deleted", unread: 3 }]);
    expect(Object.keys(after.kept)).toEqual(["b"]);
  });

  it("forgets nothing that a listing of some days, or of another origin, does not have", () => {
    const progress = read({}, thing("a", 10));
    expect(slicesOf([{ origin: "o", listed: [], complete: false }], progress).kept).toEqual(progress);
    expect(slicesOf([{ origin: "other", listed: [], complete: true }], progress).changes).toEqual([]);
  });

  it("is all of what does not grow, whenever it changes", () => {
    const csv = (length: number, etag: string) => thing("a.csv", length, { grows: false, format: "csv", etag });
    const progress = read({}, csv(10, "1"));
    expect(slicesOf(list(csv(10, "1")), progress).slices).toEqual([]);
    expect(slicesOf(list(csv(10, "2")), progress).slices).toMatchObject([{ from: 0, to: 10 }]);
    expect(slicesOf(list(csv(12, "3")), progress).slices).toMatchObject([{ from: 0, to: 12 }]);
  });

  it("is read once where two origins list it", () => {
    const both = [...list(thing("a", 10)), { origin: "p", listed: [thing("a", 10)], complete: true }];
    expect(slicesOf(both, {}).slices).toHaveLength(1);
  });
});
