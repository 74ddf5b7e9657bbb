import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { AccessAnomalyModel } from "../../src/access/model.js";
import { scaledRows } from "../../src/access/scaled.js";
import { AccessScorer, type RowComponents, type RowPairs } from "../../src/access/scorer.js";
import { standardisedVectors } from "../../src/access/vectors.js";
import { Random } from "../../src/base/random.js";
import type { ModelData } from "../../src/model/data.js";
import { Kernels } from "../../src/wasm/kernels.js";
import { loadKernels } from "../../src/wasm/module.js";
import { allocate, planMemory, SharedRegions } from "../../src/wasm/plan.js";
import { backends, useBackend } from "../backends.js";

const USERS = 40;
const RESOURCES = 25;
const names = (count: number, prefix: string) => ({
  tenant: new Array<string>(count).fill("t"),
  name: Array.from({ length: count }, (_, n) => `${prefix}${n}`),
});

/** A model of random factors, standardised as training does it; `plain` vectors are of no such form. */
function randomModel(rank: number, form: "scaled" | "plain", users = USERS, resources = RESOURCES): ModelData {
  const random = new Random(rank);
  const draw = (rows: number) => Float32Array.from({ length: rows * rank }, () => 2 * random.unit() - 1);
  const statistics = [
    { mean: 0.3, std: 0.7 },
    { mean: 1 / 3, std: 0 },
  ];
  const tenantOf = Int32Array.from({ length: users }, (_, n) => n % 2);
  const vectors = standardisedVectors({ rank, users: draw(users), items: draw(resources) }, tenantOf, statistics);
  if (form === "plain") vectors.resources[0] += 1e-12;
  return {
    columns: { tenant: "tenant", user: "user", res: "res", output: "score" },
    dimension: rank + 2,
    users: { ...names(users, "u"), vectors: vectors.users },
    resources: { ...names(resources, "r"), vectors: vectors.resources },
    userComponents: null,
    resourceComponents: null,
    history: null,
  };
}

/** Components 0 and 1; user 3 and resource 4 in none. */
function randomComponents(users = USERS, resources = RESOURCES): RowComponents {
  const random = new Random(9);
  const components = {
    users: Int32Array.from({ length: users }, () => Number(random.unit() < 0.2)),
    resources: Int32Array.from({ length: resources }, () => Number(random.unit() < 0.2)),
  };
  components.users[3] = -1;
  components.resources[4] = -2;
  return components;
}

/** Random pairs, some with an id that is no row. */
function randomPairs(count: number, users = USERS, resources = RESOURCES): RowPairs {
  const random = new Random(count);
  const id = (rows: number) =>
    random.unit() < 0.1 ? [-1, rows, -0x8000_0000][random.integer(3)] : random.integer(rows);
  return {
    user: Int32Array.from({ length: count }, () => id(users)),
    resource: Int32Array.from({ length: count }, () => id(resources)),
  };
}

/** The score of a pair as the kernels define it, even and odd places summed apart. */
function oracle({ users, resources, dimension }: ModelData, components: RowComponents, user: number, res: number) {
  const ofUser = components.users[user] ?? -1;
  const ofResource = components.resources[res] ?? -1;
  if (ofUser < 0 || ofResource < 0) return Number.NaN;
  if (ofUser !== ofResource) return Number.POSITIVE_INFINITY;
  const sums = [0, 0];
  for (let i = 0; i < dimension; i++)
    sums[i % 2] += users.vectors[user * dimension + i] * resources.vectors[res * dimension + i];
  return sums[0] + sums[1];
}

function oracles(data: ModelData, components: RowComponents, { user, resource }: RowPairs): Float64Array {
  return Float64Array.from(user, (row, n) => oracle(data, components, row, resource[n]));
}

/** Scores on this thread from packed rows, one kernel call between two cuts. */
function scoreInParts(data: ModelData, components: RowComponents, pairs: RowPairs, cuts: number[]): Float64Array {
  const rows = scaledRows(data, components)!;
  const count = pairs.user.length;
  const plan = planMemory({
    users: ["f32", components.users.length, rows.users.stride],
    resources: ["f32", components.resources.length, rows.resources.stride],
    user: ["i32", count],
    resource: ["i32", count],
    out: ["f64", count + 1],
  });
  const memory = allocate(plan);
  const regions = new SharedRegions(plan, memory);
  const kernels = new Kernels(loadKernels().module, memory, plan);
  regions.f32("users").set(rows.users.words);
  regions.f32("resources").set(rows.resources.words);
  regions.i32("user").set(pairs.user);
  regions.i32("resource").set(pairs.resource);
  regions.f64("out").fill(77);
  const call = { kernel: "scoreScaled", users: "users", resources: "resources", rank: data.dimension - 2 } as const;
  for (let n = 1; n < cuts.length; n++) {
    kernels.run({ ...call, user: "user", resource: "resource", out: "out" }, cuts[n - 1], cuts[n], 0);
    expect(
      regions
        .f64("out")
        .subarray(cuts[n])
        .every((value) => value === 77),
    ).toBe(true);
  }
  return regions.f64("out").slice(0, count);
}

let scorer: AccessScorer | undefined;
afterEach(async () => {
  await scorer?.close();
  scorer = undefined;
});

describe.each(backends)("scores of rows on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(["scaled", "plain"] as const)("from %s vectors", (form) => {
    it.each([1, 2, 3, 9, 10, 11, 12, 63, 64, 256])("are dot products to the bit at rank %i", async (rank) => {
      const data = randomModel(rank, form);
      const components = randomComponents();
      expect(scaledRows(data, components) !== null).toBe(form === "scaled");
      scorer = new AccessScorer(data, components, null, { expected: 1 });
      for (const count of [0, 1, 3, 5, 1003]) {
        const pairs = randomPairs(count);
        expect(await scorer.score(pairs)).toEqual(oracles(data, components, pairs));
      }
    });

    it("are NaN where the model has no resource", async () => {
      const data = randomModel(2, "scaled", 5, 0);
      const components = { users: new Int32Array(5), resources: new Int32Array(0) };
      scorer = new AccessScorer(data, components, null, { expected: 1 });
      const pairs = { user: Int32Array.of(0, 1, 2, 3, 4), resource: Int32Array.of(0, 0, -1, 1, 0) };
      expect([...(await scorer.score(pairs))]).toEqual(new Array(5).fill(Number.NaN));
    });

    it("are the same with 1, 2 and 3 workers, over many batches", async () => {
      const data = randomModel(10, form, 2000, 500);
      const components = randomComponents(2000, 500);
      const pairs = randomPairs(1_234_567, 2000, 500);
      const want = oracles(data, components, pairs);
      for (const threads of [1, 2, 3]) {
        await scorer?.close();
        scorer = new AccessScorer(data, components, null, { threads });
        const got = await scorer.score(pairs);
        expect(Buffer.from(got.buffer).equals(Buffer.from(want.buffer)), `${threads} workers`).toBe(true);
      }
    });
  });

  it("do not depend on how the pairs are split and ordered", () => {
    const data = randomModel(10, "scaled");
    const components = randomComponents();
    const pairs = randomPairs(67);
    const cuts = fc
      .uniqueArray(fc.integer({ min: 1, max: 66 }), { maxLength: 12 })
      .map((at) => [0, ...at.sort((a, b) => a - b), 67]);
    const order = fc.shuffledSubarray([...pairs.user.keys()], { minLength: 67 });
    fc.assert(
      fc.property(cuts, order, (bounds, places) => {
        const moved = {
          user: Int32Array.from(places, (n) => pairs.user[n]),
          resource: Int32Array.from(places, (n) => pairs.resource[n]),
        };
        expect(scoreInParts(data, components, moved, bounds)).toEqual(oracles(data, components, moved));
      }),
      { numRuns: 40 },
    );
  });
});

describe("a model's scorer", () => {
  const synapse = fileURLToPath(new URL("../fixtures/synapseml-model", import.meta.url));

  it("scores a model of SynapseML from its float32 factors, as the rows of names are scored", async () => {
    const model = await AccessAnomalyModel.load(synapse);
    const { users, resources } = model.data;
    expect(
      scaledRows(model.data, {
        users: new Int32Array(users.name.length),
        resources: new Int32Array(resources.name.length),
      }),
    ).not.toBeNull();
    const rows = users.name.flatMap((user, u) => resources.name.map((res) => ({ tenant: users.tenant[u], user, res })));
    const pairs = model.rowsOf([...rows, { tenant: "nowhere", user: users.name[0], res: resources.name[0] }]);
    expect([pairs.user.at(-1), pairs.resource.at(-1)]).toEqual([-1, -1]);
    scorer = model.openScorer({ threads: 2 });
    const got = await scorer.score(pairs);
    const want = await model.score(rows);
    expect([...got.subarray(0, -1)]).toEqual(want.map(({ score }) => score));
    expect(got.at(-1)).toBeNaN();
    expect(await model.scoreRows(pairs)).toEqual(got);
  });

  it("gives 0 for the history, NaN for rows that are in no component of it", async () => {
    const data: ModelData = {
      ...randomModel(3, "scaled"),
      history: { tenant: ["t", "t", "t"], user: ["u5", "u5", "stranger"], res: ["r7", "r2", "r7"] },
      userComponents: { tenant: ["t", "t"], name: ["u5", "u6"], component: BigInt64Array.of(4n, 5n) },
      resourceComponents: {
        tenant: ["t", "t", "t"],
        name: ["r2", "r7", "r9"],
        component: BigInt64Array.of(4n, 4n, 5n),
      },
    };
    const model = new AccessAnomalyModel(data, null);
    const pairs = { user: Int32Array.of(5, 5, 5, 6, 6, 0, 5), resource: Int32Array.of(7, 2, 9, 7, 9, 7, 0) };
    const score = await model.scoreRows(pairs);
    const connected = oracle(data, { users: new Int32Array(USERS), resources: new Int32Array(RESOURCES) }, 6, 9);
    expect([...score]).toEqual([0, 0, Infinity, Infinity, connected, Number.NaN, Number.NaN]);
  });

  it("goes on after a call that was stopped", async () => {
    const model = new AccessAnomalyModel(randomModel(3, "scaled"), null);
    const pairs = randomPairs(20);
    const want = await model.scoreRows(pairs);
    const reason = new Error("enough");
    await expect(model.scoreRows(pairs, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await model.scoreRows(pairs)).toEqual(want);
  });

  it("refuses what does not fit together, by name", async () => {
    const model = new AccessAnomalyModel(randomModel(3, "scaled"), null);
    const user = Int32Array.of(1, 2);
    await expect(model.scoreRows({ user, resource: Int32Array.of(1) })).rejects.toThrow(
      "resource: expected 2 rows, one a user, got 1",
    );
    scorer = model.openScorer({ expected: 2 });
    await expect(scorer.score({ user, resource: user }, new Float64Array(1))).rejects.toThrow(
      "out: expected 2 places, one a pair, got 1",
    );
  });
});
