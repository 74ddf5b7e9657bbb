import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AccessAnomaly } from "../../src/access/anomaly.js";
import type { AccessAnomalyOptions } from "../../src/access/options.js";
import { greatestDifference, scoreWithSynapseml } from "../model/synapseml.js";
import { sample } from "./sets.js";

const folder = mkdtempSync(join(tmpdir(), "byoml-spark-"));
afterAll(() => rmSync(folder, { recursive: true }));

const train = sample("train");
const twoTenants = [...train, ...train.slice(0, 250).map((row) => ({ ...row, tenant: "t1", user: `${row.user} <ü>` }))];
const islands = train.filter(({ res }) => res !== "ffa");
const strangers = [
  { tenant: "t0", user: "stranger", res: "ffa" },
  { tenant: "t0", user: "hr_user_0", res: "new share" },
  { tenant: "t9", user: "hr_user_0", res: "ffa" },
];

const cases: { name: string; rows: typeof train; options: AccessAnomalyOptions }[] = [
  { name: "implicit", rows: train, options: { seed: 1 } },
  { name: "explicit, rank 5", rows: train, options: { applyImplicitCf: false, rank: 5 } },
  { name: "two tenants, apart", rows: twoTenants, options: { separateTenants: true } },
  {
    name: "two tenants, together, with a history",
    rows: twoTenants,
    options: { historyAccess: twoTenants.slice(0, 99) },
  },
  { name: "three components", rows: islands, options: { rank: 12 } },
];

describe("models that we trained, loaded by SynapseML", () => {
  it("give our scores there", async () => {
    const jobs: Parameters<typeof scoreWithSynapseml>[0][number][] = [];
    const ours: (number | null)[][] = [];
    for (const [n, { rows, options }] of cases.entries()) {
      const model = await new AccessAnomaly(options).fit(rows);
      const directory = join(folder, String(n));
      await model.save(directory);
      const pairs = [...rows, ...sample("intra"), ...sample("inter"), ...strangers];
      jobs.push({ model: directory, pairs });
      ours.push((await model.score(pairs)).map(({ score }) => score));
    }
    const theirs = await scoreWithSynapseml(jobs);
    cases.forEach(({ name }, n) => {
      expect(greatestDifference(theirs[n], ours[n]), name).toBeLessThan(1e-6);
    });
    expect(ours[4].some((score) => score === Number.POSITIVE_INFINITY)).toBe(true);
    expect(ours[3].filter((score) => score === 0).length).toBeGreaterThan(90);
  });
});
