import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelData, ModelEntities, ModelFacts, TrainingFacts } from "../../src/model/data.js";
import { loadModel } from "../../src/model/load.js";
import { saveModel } from "../../src/model/save.js";
import { filesOf, temporaryFolder } from "./folders.js";
import { entitiesOf, factsOf, sampleModel } from "./sample.js";
import { synapsemlModel } from "./synapseml-fixture.js";

async function saved(data: ModelData, facts: ModelFacts): Promise<string> {
  const model = join(temporaryFolder(), "model");
  await saveModel(model, data, facts);
  return model;
}

describe("a model that was saved and loaded", () => {
  it("is the same, with two tenants, hostile names, components and history", async () => {
    const { data, facts } = sampleModel();
    const model = await saved(data, facts);
    expect(await loadModel(model)).toMatchObject({ data, facts });
    expect(readdirSync(model).sort()).toEqual([
      "byoml.json",
      "history_access_df",
      "metadata_df",
      "res2component_mappings_df",
      "res_feature_vector_mapping_df",
      "user2component_mappings_df",
      "user_feature_vector_mapping_df",
    ]);
  });

  it("is the same without components and history, and has no folders for them", async () => {
    const { data, facts } = sampleModel();
    const bare = { ...data, userComponents: null, resourceComponents: null, history: null };
    const model = await saved(bare, facts);
    expect((await loadModel(model)).data).toEqual(bare);
    expect(readdirSync(model)).toHaveLength(4);
  });

  it("is the same when it came from SynapseML", async () => {
    const { data } = await loadModel(synapsemlModel);
    const model = await saved(data, factsOf(data));
    expect((await loadModel(model)).data).toEqual(data);
  });

  it("is the same without a single user, resource or access", async () => {
    const none = { tenant: [], name: [] };
    const data: ModelData = {
      columns: { tenant: "tenant", user: "user", res: "res", output: "anomaly_score" },
      dimension: 12,
      users: { ...none, vectors: new Float64Array() },
      resources: { ...none, vectors: new Float64Array() },
      userComponents: { ...none, component: new BigInt64Array() },
      resourceComponents: { ...none, component: new BigInt64Array() },
      history: { tenant: [], user: [], res: [] },
    };
    expect((await loadModel(await saved(data, factsOf(data)))).data).toEqual(data);
  });

  it("is the same when its tables take several row groups and pages", async () => {
    const dimension = 64;
    const rows = Array.from({ length: 40_000 }, (_, i) => ({ tenant: `t${i % 3}`, name: `user ${i}` }));
    const users = entitiesOf(rows, dimension);
    expect(users.vectors.byteLength).toBeGreaterThan(16 * 2 ** 20);
    const large = { ...sampleModel().data, dimension, users, resources: entitiesOf(rows.slice(0, 3), dimension) };
    const { data } = await loadModel(await saved(large, factsOf(large)));
    expect(data.users.name).toEqual(users.name);
    expect(data.users.tenant).toEqual(users.tenant);
    expect(Buffer.compare(Buffer.from(data.users.vectors.buffer), Buffer.from(users.vectors.buffer))).toBe(0);
  });

  it("says which byoml saved it and when", async () => {
    const { data, facts } = sampleModel();
    const { origin } = await loadModel(await saved(data, facts));
    expect(origin?.byoml).toMatch(/^\d+\.\d+\.\d+/);
    expect(new Date(origin?.created ?? "").toISOString()).toBe(origin?.created);
  });

  it("has no file whose name comes from its data", async () => {
    const { data, facts } = sampleModel();
    for (const file of filesOf(await saved(data, facts))) {
      expect(file).toMatch(/^(byoml\.json|[a-z2_]+_df\/(_SUCCESS|part-00000\.snappy\.parquet))$/);
    }
  });

  it("has U+FFFD where a name had half a surrogate pair", async () => {
    const { data } = sampleModel();
    const users = entitiesOf([{ tenant: "t\ud800", name: "broken \udc00 name" }], data.dimension);
    const broken = { ...data, users };
    const { data: loaded, facts } = await loadModel(await saved(broken, factsOf(broken)));
    expect(loaded.users).toEqual({ ...users, tenant: ["t\ufffd"], name: ["broken \ufffd name"] });
    expect(facts?.tenants[0].tenant).toBe("t\ufffd");
  });

  it("is the same whatever the names, the vectors and the sizes", async () => {
    await fc.assert(
      fc.asyncProperty(models, async ({ data, facts }) => {
        const { data: loadedData, facts: loadedFacts } = await loadModel(await saved(data, facts));
        expect(loadedData).toEqual(data);
        expect(loadedFacts).toEqual(facts);
      }),
      { numRuns: 60 },
    );
  });
});

/** Any text that UTF-8 can hold, hostile ones first. */
const names = fc.oneof(
  fc.constantFrom(
    "",
    "..",
    "../../x",
    "/etc/passwd",
    "C:\\x",
    "\u0000",
    "\u202e",
    "NaN",
    "null",
    "__proto__",
    "\ufeff",
  ),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
/** Numbers that JSON keeps: all but the negative zero. */
const facts = doubles.map((value) => value + 0);
const comings = fc.record({ known: fc.nat(), new: fc.nat(), gone: fc.nat() });
const tenants = fc.oneof(fc.constantFrom("0", "t0", "t1"), names);

function entities(dimension: number): fc.Arbitrary<ModelEntities> {
  const row = fc.record({ tenant: tenants, name: names, vector: fc.array(doubles, sizeOf(dimension)) });
  return fc
    .uniqueArray(row, { maxLength: 12, selector: ({ tenant, name }) => JSON.stringify([tenant, name]) })
    .map((rows) => ({
      tenant: rows.map(({ tenant }) => tenant),
      name: rows.map(({ name }) => name),
      vectors: Float64Array.from(rows.flatMap(({ vector }) => vector)),
    }));
}

function sizeOf(length: number) {
  return { minLength: length, maxLength: length };
}

const components = ({ tenant, name }: ModelEntities) =>
  fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), sizeOf(name.length)).map((numbers) => ({
    tenant,
    name,
    component: BigInt64Array.from(numbers),
  }));

const histories = fc.array(fc.tuple(tenants, names, names), { maxLength: 6 }).map((rows) => ({
  tenant: rows.map(([tenant]) => tenant),
  user: rows.map(([, user]) => user),
  res: rows.map(([, , res]) => res),
}));

const models = fc
  .record({ dimension: fc.integer({ min: 3, max: 8 }), withComponents: fc.boolean() })
  .chain(({ dimension, withComponents }) =>
    fc.tuple(fc.constant({ dimension, withComponents }), entities(dimension), entities(dimension)),
  )
  .chain(([{ dimension, withComponents }, users, resources]) =>
    fc.record({
      data: fc.record<ModelData>({
        columns: fc.constantFrom(
          { tenant: "tenant", user: "user", res: "res", output: "anomaly_score" },
          { tenant: "\ufeffTenant Id", user: "a.b", res: "ресурс 📁", output: "`score`" },
        ),
        dimension: fc.constant(dimension),
        users: fc.constant(users),
        resources: fc.constant(resources),
        userComponents: withComponents ? components(users) : fc.constant(null),
        resourceComponents: withComponents ? components(resources) : fc.constant(null),
        history: fc.option(histories),
      }),
      facts: fc.record<ModelFacts>({
        parameters: fc.dictionary(names, fc.oneof(names, fc.boolean(), fc.constant(null), facts)),
        counts: fc.constant(factsOf({ users, resources }).counts),
        tenants: fc.array(facts, sizeOf(factsOf({ users, resources }).tenants.length * 2)).map((numbers) =>
          factsOf({ users, resources }).tenants.map((tenant, i) => ({
            ...tenant,
            mean: numbers[2 * i],
            std: numbers[2 * i + 1],
          })),
        ),
        training: fc.record<TrainingFacts>({
          iterations: fc.constant(3),
          stopped: fc.constantFrom("tolerance", "maxIter"),
          objectives: fc.array(fc.oneof(facts, fc.constant(null)), sizeOf(3)),
          warmStart: fc.option(fc.record({ users: comings, resources: comings })),
        }),
        trainedOn: fc.dictionary(names, fc.oneof(names, fc.array(facts))),
      }),
    }),
  );
