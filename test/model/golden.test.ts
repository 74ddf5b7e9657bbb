import { describe, expect, it } from "vitest";
import { loadModel } from "../../src/model/load.js";
import { plainScores } from "./plain-scores.js";
import { goldenScores, goldenSets, synapsemlModel } from "./synapseml-fixture.js";

describe("the model that SynapseML saved", () => {
  it("loads with its names, vectors and components, and without facts", async () => {
    const { data, facts, origin } = await loadModel(synapsemlModel);
    expect(facts).toBeNull();
    expect(origin).toBeNull();
    expect(data.columns).toEqual({ tenant: "tenant", user: "user", res: "res", output: "anomaly_score" });
    expect(data.dimension).toBe(12);
    expect([data.users.name.length, data.resources.name.length]).toEqual([22, 106]);
    expect(new Set(data.users.tenant)).toEqual(new Set(["t0"]));
    expect(new Set(data.userComponents?.component)).toEqual(new Set([0n]));
    expect(data.resourceComponents?.name.length).toBe(106);
    expect(data.history).toBeNull();
  });

  it.each(goldenSets)("gives the scores that SynapseML recorded for the %s set", async (set) => {
    const { data } = await loadModel(synapsemlModel);
    const recorded = goldenScores(set);
    expect(recorded.length).toBeGreaterThan(300);
    const scores = plainScores(data, recorded);
    const differences = scores.map((score, i) => Math.abs((score ?? Number.NaN) - recorded[i].score));
    // The same float64 vectors; only the order of twelve additions may differ.
    expect(Math.max(...differences)).toBeLessThan(1e-12);
  });
});
