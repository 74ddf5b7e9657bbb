import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf, parseTime } from "../../src/ingest/time.js";
import { isoDay } from "../../src/interactions/accesses.js";

describe("parseTime", () => {
  it("agrees with Date on every ISO time of the years 1601 to 9999", () => {
    const date = fc.date({
      min: new Date("1601-01-01T00:00:00.000Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (at) => parseTime(at.toISOString()) === at.getTime()),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["2020-06-10", "2020-06-10T00:00:00.000Z"],
    ["2020-06-10T02:51Z", "2020-06-10T02:51:00.000Z"],
    ["2020-06-09 22:51:04", "2020-06-09T22:51:04.000Z"],
    ["2020-06-10T02:51:06.7771239Z", "2020-06-10T02:51:06.777Z"],
    ["2020-06-10T02:51:06.77712391234567Z", "2020-06-10T02:51:06.777Z"],
    ["2020-06-10T02:51:06.7Z", "2020-06-10T02:51:06.700Z"],
    ["2020-06-10T02:51:06,5", "2020-06-10T02:51:06.500Z"],
    ["2020-06-10T22:51:06-05:00", "2020-06-11T03:51:06.000Z"],
    ["2020-06-10T02:51:06.5+0530", "2020-06-09T21:21:06.500Z"],
    ["2020-06-10T02:51:06+02", "2020-06-10T00:51:06.000Z"],
    ["2020-06-10t02:51:06z", "2020-06-10T02:51:06.000Z"],
    ["2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000Z"],
    ["1601-01-01T00:00:00Z", "1601-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"],
  ])("reads %s as %s", (text, expected) => {
    expect(new Date(parseTime(text)).toISOString()).toBe(expected);
  });

  it.each([
    ["seconds", 1_591_757_466.777],
    ["milliseconds", 1_591_757_466_777],
    ["microseconds", 1_591_757_466_777_123],
    ["nanoseconds", 1_591_757_466_777_123_456n],
    ["numeric text", "1591757466.777"],
    ["a Date", new Date(1_591_757_466_777)],
    ["bigint microseconds", 1_591_757_466_777_123n],
  ])("reads %s since 1970", (_, value) => {
    expect(parseTime(value)).toBe(1_591_757_466_777);
  });

  it("never rounds up into the next day", () => {
    expect(dayOf(parseTime(1_591_833_599.999_999))).toBe(dayOf(parseTime(1_591_833_599)));
    expect(dayOf(parseTime(-0.000_1))).toBe(-1);
    expect(dayOf(parseTime(-1n))).toBe(-1);
    expect(parseTime(-100_000_000_000_001n)).toBe(-100_000_000_001);
  });

  it.each([
    "",
    "x",
    "2020-06-31",
    "2023-02-29",
    "1900-02-29",
    "2020-13-01",
    "2020-06-10T24:00",
    "2020-06-10T02:61",
    "2020-06-10T02:51:61",
    "2020-06-10T02:51:06.",
    "2020-06-10T02:51:06+",
    "2020-06-10T02:51:06Zx",
    "2020-06-10T02:51:06+0:30",
    "2020-06-10T",
    "0001-01-01T00:00:00Z",
    "1600-12-31T23:59:59Z",
    "1601-01-01T00:00:00+01:00",
    "8/2/2021 13:09",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    true,
    null,
    undefined,
    {},
    [2020],
    new Date(Number.NaN),
  ])("does not take %s for a time", (value) => {
    expect(parseTime(value)).toBeNaN();
  });

  it("does not depend on the time zone of the machine", () => {
    const zone = process.env["TZ"];
    process.env["TZ"] = "America/New_York";
    try {
      expect(parseTime("2020-06-09 22:51:04")).toBe(Date.UTC(2020, 5, 9, 22, 51, 4));
      expect(isoDay(dayOf(parseTime("2020-06-09")))).toBe("2020-06-09");
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });
});
