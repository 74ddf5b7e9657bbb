import { describe, expect, it } from "vitest";
import { follow, ownValue, textOf } from "../../src/ingest/values.js";

describe("ownValue", () => {
  it("gives what an object has, never what it inherits", () => {
    const parsed = JSON.parse('{"__proto__":"own","valueOf":1,"a":null}');
    expect(["__proto__", "valueOf", "a", "toString", "constructor", "b"].map((name) => ownValue(parsed, name))).toEqual(
      ["own", 1, null, undefined, undefined, undefined],
    );
    expect(ownValue({}, "__proto__")).toBeUndefined();
  });
});

describe("follow", () => {
  it("takes a number in a text as it is written, the last of equal keys", () => {
    const text = ' {"n" : 7,"\\u006e":{"n":5,"m":[{"m":6}], "m" : 5.14e3 , "x":"}\\"]"},"m":8}';
    expect(textOf(follow({ a: text }, ["a", "n", "m"]))).toBe("5.14e3");
    expect(follow({ a: text }, ["a", "n", "n"])).toBe(5);
    expect(follow({ a: text }, ["a", "n", "x"])).toBe('}"]');
    expect(textOf(follow({ a: JSON.stringify({ b: text }) }, ["a", "b", "m"]))).toBe("8");
  });

  it("leaves arrays, plain text and inherited values alone", () => {
    expect(follow({ a: { b: 1 } }, ["a", "b"])).toBe(1);
    expect(follow({ a: '{"b":[1]}' }, ["a", "b"])).toEqual([1]);
    for (const value of [null, undefined, 1, "x", "[1]", "{", [1], { a: [1] }])
      expect(follow(value, ["a", "0"])).toBeUndefined();
    expect(follow({}, ["__proto__", "constructor"])).toBeUndefined();
  });
});
