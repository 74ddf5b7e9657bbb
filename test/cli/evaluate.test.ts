import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byoml, folder } from "./terminal.js";

function input(): string {
  const path = join(folder(), "in.jsonl");
  writeFileSync(path, '{"user":"hr_user_1","res":"hr_res_1"}\n');
  return path;
}

describe("evaluate", () => {
  it("shows the model beside popularity alone, and the alarms at each threshold", async () => {
    const { code, out } = await byoml(["evaluate", input()]);
    expect(code).toBe(0);
    expect(out).toBe(
      `trained on 1,657 accesses of 661 users to 338 resources, 2024-05-06 to 2024-05-07
held out 1,268 accesses, 2024-05-08: 780 new, 146 of them between a known user and a known resource (623 with a new user, 48 with a new resource)

AUC against                 this model  popularity alone
random accesses          0.900 ± 0.010     0.970 ± 0.010
popularity-matched ones  0.740 ± 0.010     0.700 ± 0.010

score above  false alarms  random found  popularity-matched found
          1        55.5 %        99.2 %                    84.6 %
`,
    );
  });

  it("hands its flags on, and gives one document with --json", async () => {
    const flags = ["--test-days", "7", "--negatives", "5", "--fits", "2", "--thresholds", "2,4.5", "--rank", "20"];
    const { code, out, calls } = await byoml(["evaluate", input(), ...flags, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ auc: { uniform: { mean: 0.9 } }, reading: { files: 1 } });
    expect(calls.training).toEqual({ testDays: 7, negatives: 5, fits: 2, thresholds: [2, 4.5], rank: 20 });
  });

  it.each([
    [["--test-days", "0"], "--test-days: expected a whole number from 1"],
    [["--thresholds", "1,high"], '--thresholds: expected numbers, separated by commas, got "1,high"'],
  ])("refuses %o by name", async (flags, message) => {
    const { code, err } = await byoml(["evaluate", input(), ...flags]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it("changes nothing with --dry-run", async () => {
    const { out, calls } = await byoml(["evaluate", input(), "--dry-run"]);
    expect(out).toContain(
      "1 distinct access of 1 user to 1 resource in 1 tenant\ntraining would hold 1.0 kB of shared memory\n",
    );
    expect(out).toContain("The detector would be measured. Nothing was changed.");
    expect(calls.training).toEqual({});
  });
});
