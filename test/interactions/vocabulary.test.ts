import { describe, expect, it } from "vitest";
import { Vocabulary } from "../../src/interactions/vocabulary.js";

describe("a vocabulary", () => {
  it("gives ids in the order of first appearance", () => {
    const names = new Vocabulary();
    expect(["b", "a", "b", "__proto__", ""].map((name) => names.add(name))).toEqual([0, 1, 0, 2, 3]);
    expect(names.names).toEqual(["b", "a", "__proto__", ""]);
    expect([names.idOf("a"), names.idOf("c"), names.idOf("constructor")]).toEqual([1, -1, -1]);
  });

  it("takes names as they can be written in UTF-8", () => {
    const names = new Vocabulary();
    expect([names.add("a\ud800"), names.add("a\ufffd"), names.add("a\udc00"), names.add("😀")]).toEqual([0, 0, 0, 1]);
    expect(names.names).toEqual(["a\ufffd", "😀"]);
    expect(names.idOf("a\ud801")).toBe(0);
  });
});
