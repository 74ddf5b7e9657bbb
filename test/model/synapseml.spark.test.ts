import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelData } from "../../src/model/data.js";
import { loadModel } from "../../src/model/load.js";
import { saveModel } from "../../src/model/save.js";
import { plainScores } from "./plain-scores.js";
import { factsOf, sampleModel } from "./sample.js";
import { greatestDifference, type SynapsemlScore, scoreWithSynapseml } from "./synapseml.js";
import { goldenScores, goldenSets, type Pair, synapsemlModel } from "./synapseml-fixture.js";

/** Dot products of the same float64 vectors: only the order of the additions may differ. */
const tolerance = 1e-6;

interface Case {
  data: ModelData;
  pairs: Pair[];
  /** What SynapseML gave. */
  scores: SynapsemlScore[];
}

describe("SynapseML, with models that byoml saved", () => {
  const folder = mkdtempSync(join(tmpdir(), "byoml-spark-models-"));
  const cases = new Map<string, Case>();

  beforeAll(async () => {
    const { data: fixture } = await loadModel(synapsemlModel);
    const { data: sample } = sampleModel();
    const golden = goldenSets.flatMap((set) => goldenScores(set));
    cases.set("fixture", { data: fixture, pairs: golden, scores: [] });
    cases.set("sample", { data: sample, pairs: allPairs(sample), scores: [] });
    const noHistory = { ...sample, history: null };
    cases.set("sample without history", { data: noHistory, pairs: allPairs(sample), scores: [] });
    const bare = { ...noHistory, userComponents: null, resourceComponents: null };
    cases.set("sample without components", { data: bare, pairs: allPairs(sample), scores: [] });
    const many = severalRowGroups();
    cases.set("many", { data: many, pairs: everyNth(many, 997), scores: [] });

    const all = [...cases.values()];
    const jobs = all.map(({ pairs }, i) => ({ model: join(folder, `model ${i}`), pairs }));
    for (const [i, { data }] of all.entries()) await saveModel(jobs[i].model, data, factsOf(data));
    const results = await scoreWithSynapseml(jobs);
    for (const [i, one] of all.entries()) one.scores = results[i];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function caseOf(name: string): Case {
    const found = cases.get(name);
    if (!found) throw new Error(`no case ${name}`);
    return found;
  }

  it("gives the scores that it gave with its own copy of the model", () => {
    const { pairs, scores } = caseOf("fixture");
    const recorded = goldenSets.flatMap((set) => goldenScores(set)).map(({ score }) => score);
    expect(scores).toHaveLength(pairs.length);
    expect(greatestDifference(scores, recorded)).toBeLessThan(tolerance);
  });

  it.each(["fixture", "sample", "sample without history", "sample without components", "many"])(
    "gives the plain dot products, nulls, infinities and zeros: %s",
    (name) => {
      const { data, pairs, scores } = caseOf(name);
      expect(greatestDifference(scores, plainScores(data, pairs))).toBeLessThan(tolerance);
    },
  );

  it("gives every kind of score, so that the comparison means something", () => {
    const { data, scores } = caseOf("sample");
    const kinds = (of: SynapsemlScore[]) => ({
      unknown: of.filter((score) => score === null).length,
      disconnected: of.filter((score) => score === Number.POSITIVE_INFINITY).length,
      scored: of.filter((score) => score !== null && Number.isFinite(score) && score !== 0).length,
    });
    for (const count of Object.values(kinds(scores))) expect(count).toBeGreaterThan(3);
    const { history } = data;
    expect(history?.user).toHaveLength(1);
    expect(scores.filter((score) => score === 0)).toHaveLength(1);
    expect(caseOf("sample without history").scores.filter((score) => score === 0)).toHaveLength(0);
    expect(kinds(caseOf("sample without components").scores).disconnected).toBe(0);
  });
});

/** Every user with every resource, in every tenant of the model and one that it does not know. */
function allPairs({ users, resources }: ModelData): Pair[] {
  const tenants = [...new Set([...users.tenant, ...resources.tenant]), "unknown tenant"];
  const names = (known: readonly string[]) => [...new Set(known), "unknown name"];
  return tenants.flatMap((tenant) =>
    names(users.name).flatMap((user) => names(resources.name).map((res) => ({ tenant, user, res }))),
  );
}

/** A model whose users take several row groups and pages of Parquet. */
function severalRowGroups(): ModelData {
  const dimension = 12;
  const side = (prefix: string, rows: number) => ({
    tenant: Array.from({ length: rows }, (_, i) => `tenant ${i % 3}`),
    name: Array.from({ length: rows }, (_, i) => `${prefix} ${i}`),
    vectors: Float64Array.from({ length: rows * dimension }, (_, i) => Math.sin(i)),
  });
  const components = ({ tenant, name }: { tenant: string[]; name: string[] }) => ({
    tenant,
    name,
    component: BigInt64Array.from(name, (_, i) => BigInt(i % 3)),
  });
  const users = side("user", 150_000);
  const resources = side("resource", 30);
  return {
    columns: { tenant: "tenant", user: "user", res: "res", output: "anomaly_score" },
    dimension,
    users,
    resources,
    userComponents: components(users),
    resourceComponents: components(resources),
    history: null,
  };
}

function everyNth({ users, resources }: ModelData, step: number): Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i < users.name.length; i += step) {
    for (const res of resources.name.slice(0, 3)) pairs.push({ tenant: users.tenant[i], user: users.name[i], res });
  }
  return pairs;
}
