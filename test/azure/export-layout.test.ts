import { describe, expect, it } from "vitest";
import { isWithinDay, overlap, spanOf } from "../../src/azure/export-layout.js";

const at = (text: string) => Date.parse(text);
const root =
  "WorkspaceResourceId=/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/w";

describe("the time of a folder of an export", () => {
  it.each([
    ["y=2026/", "2026-01-01T00:00Z", "2027-01-01T00:00Z"],
    ["y=2026/m=12/", "2026-12-01T00:00Z", "2027-01-01T00:00Z"],
    ["y=2024/m=02/", "2024-02-01T00:00Z", "2024-03-01T00:00Z"],
    ["y=2024/m=02/d=29/", "2024-02-29T00:00Z", "2024-03-01T00:00Z"],
    ["y=2026/m=12/d=31/h=23/", "2026-12-31T23:00Z", "2027-01-01T00:00Z"],
    ["y=2026/m=12/d=31/h=23/m=55/PT05M.json", "2026-12-31T23:55Z", "2027-01-01T00:00Z"],
    ["y=2026/m=05/d=06/h=07/m=05/PT05M_12.json", "2026-05-06T07:05Z", "2026-05-06T07:10Z"],
    ["y=2026/m=05/d=06/h=07/m=00/PT1H.json", "2026-05-06T07:00Z", "2026-05-06T08:00Z"],
    ["y=2026/m=05/d=06/h=07/m=05/other.json", "2026-05-06T07:00Z", "2026-05-06T08:00Z"],
  ])("%s", (path, from, to) => {
    expect(spanOf(`${root}/${path}`)).toEqual({ from: at(from), to: at(to) });
    expect(spanOf(path)).toEqual({ from: at(from), to: at(to) });
  });

  it.each([`${root}/`, "logs/2026/05/", "xy=2026/m=05/", "y=26/"])("is not known of %s", (path) => {
    expect(spanOf(path)).toBeNull();
  });

  it("is of a day at most from the day on", () => {
    expect(["y=2026/m=05/", "y=2026/m=05/d=06/", "y=2026/m=05/d=06/h=07/", "x/"].map(isWithinDay)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("overlaps a range in part, as a whole or not at all", () => {
    const hour = { from: 100, to: 200 };
    expect(overlap(hour, {})).toBe("all");
    expect(overlap(hour, { since: 200 })).toBe("none");
    expect(overlap(hour, { until: 100 })).toBe("none");
    expect(overlap(hour, { since: 100, until: 200 })).toBe("all");
    expect(overlap(hour, { since: 101 })).toBe("some");
    expect(overlap(hour, { until: 199 })).toBe("some");
  });
});
