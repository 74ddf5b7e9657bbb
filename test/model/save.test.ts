import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/base/errors.js";
import type { ModelData } from "../../src/model/data.js";
import { checkColumns } from "../../src/model/layout.js";
import { loadModel } from "../../src/model/load.js";
import { checkTarget, previousOf } from "../../src/model/replace.js";
import { saveModel } from "../../src/model/save.js";
import { copyOf, filesOf, temporaryFolder } from "./folders.js";
import { forgeModel } from "./forge.js";
import { entitiesOf, factsOf, sampleModel } from "./sample.js";
import { synapsemlModel } from "./synapseml-fixture.js";

const { data, facts } = sampleModel();
/** Another model, to tell which of two is there. */
const newer: ModelData = { ...data, history: null };

async function modelIn(folder: string): Promise<string> {
  const model = join(folder, "model");
  await saveModel(model, data, facts);
  return model;
}

/** A folder whose neighbours nobody else makes or removes. */
function folderOfItsOwn(): string {
  const folder = join(temporaryFolder(), "other");
  mkdirSync(folder);
  return folder;
}

describe("saving in the place of something", () => {
  it("makes the folders above it", async () => {
    const model = join(temporaryFolder(), "not/there/yet");
    await saveModel(model, data, facts);
    expect((await loadModel(model)).data).toEqual(data);
  });

  it("takes the place of an empty folder", async () => {
    const model = join(temporaryFolder(), "model");
    mkdirSync(model);
    await saveModel(model, data, facts);
    expect((await loadModel(model)).data).toEqual(data);
  });

  it("replaces an older model of byoml's, and leaves nothing else", async () => {
    const folder = temporaryFolder();
    const model = await modelIn(folder);
    await saveModel(model, newer, facts);
    expect((await loadModel(model)).data).toEqual(newer);
    expect(readdirSync(folder)).toEqual(["model"]);
  });

  it("replaces a model of SynapseML's", async () => {
    const model = copyOf(synapsemlModel);
    await saveModel(model, data, facts);
    expect((await loadModel(model)).data).toEqual(data);
  });

  it("replaces a damaged model", async () => {
    const model = await modelIn(temporaryFolder());
    writeFileSync(join(model, "byoml.json"), "cut");
    await saveModel(model, data, facts);
    expect((await loadModel(model)).data).toEqual(data);
  });

  it("replaces what a link points at, and keeps the link", async () => {
    const folder = temporaryFolder();
    const model = await modelIn(folder);
    const link = join(folder, "current");
    symlinkSync(model, link);
    await saveModel(link, newer, facts);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect((await loadModel(model)).data).toEqual(newer);
    expect((await loadModel(link)).data).toEqual(newer);
  });

  it.each([
    "notes.txt",
    ".git/config",
    "metadata_df/notes.txt",
    "metadata_df/sub/part-0.parquet",
    "user_feature_vector_mapping_df/thesis.doc",
  ])("refuses a model's folder with %s in it, and leaves it as it was", async (name) => {
    const model = await modelIn(temporaryFolder());
    mkdirSync(dirname(join(model, name)), { recursive: true });
    writeFileSync(join(model, name), "mine");
    await expectRefusedAndUntouched(model);
    rmSync(join(model, "byoml.json"));
    await expectRefusedAndUntouched(model);
  });

  it("refuses a folder of something else", async () => {
    const folder = folderOfItsOwn();
    writeFileSync(join(folder, "thesis.doc"), "mine");
    await expectRefusedAndUntouched(folder);
  });

  it("refuses a folder that only looks like part of a model", async () => {
    const folder = folderOfItsOwn();
    mkdirSync(join(folder, "history_access_df"));
    writeFileSync(join(folder, "history_access_df/part-0.parquet"), "mine");
    await expectRefusedAndUntouched(folder);
  });

  it("refuses a file", async () => {
    const file = join(temporaryFolder(), "model");
    writeFileSync(file, "mine");
    await expect(saveModel(file, data, facts)).rejects.toThrow(/found a file/);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("refuses a folder that became another's while the model was written", async () => {
    const folder = temporaryFolder();
    const model = join(folder, "model");
    const late = onRow(3, () => {
      mkdirSync(model);
      writeFileSync(join(model, "thesis.doc"), "mine");
    });
    await expect(saveModel(model, late, facts)).rejects.toThrow(/thesis\.doc/);
    expect(filesOf(folder)).toEqual([join("model", "thesis.doc")]);
  });
});

async function expectRefusedAndUntouched(folder: string): Promise<void> {
  const before = filesOf(dirname(folder));
  await expect(checkTarget(folder)).rejects.toThrow(OptionError);
  await expect(saveModel(folder, data, facts)).rejects.toThrow(
    /^directory: expected nothing, an empty folder, or a saved/,
  );
  expect(filesOf(dirname(folder))).toEqual(before);
}

/** The sample, whose user of a row does something when it is asked for to be written (not when it is checked before). */
function onRow(row: number, act: () => void): ModelData {
  const { users } = data;
  const name = new Proxy(users.name, {
    get(names, property, proxy) {
      // Writing takes slices of the columns; nothing else does.
      if (property !== "slice") return Reflect.get(names, property, proxy);
      return (start: number, end: number) => {
        if (start <= row && row < end) act();
        return names.slice(start, end);
      };
    },
  });
  return { ...data, users: { ...users, name } };
}

describe("a save that does not end", () => {
  it("leaves nothing behind when writing fails", async () => {
    const folder = temporaryFolder();
    const failing = onRow(3, () => {
      throw new Error("disk on fire");
    });
    await expect(saveModel(join(folder, "model"), failing, facts)).rejects.toThrow("disk on fire");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves the older model as it was when writing fails", async () => {
    const folder = temporaryFolder();
    const model = await modelIn(folder);
    const failing = onRow(3, () => {
      throw new Error("disk on fire");
    });
    await expect(saveModel(model, failing, facts)).rejects.toThrow("disk on fire");
    expect((await loadModel(model)).data).toEqual(data);
    expect(readdirSync(folder)).toEqual(["model"]);
  });

  it("leaves nothing behind when it is aborted on the way", async () => {
    const folder = temporaryFolder();
    const { signal, reason, abort } = aborting();
    await expect(saveModel(join(folder, "model"), onRow(3, abort), facts, { signal })).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes nothing when it was aborted before", async () => {
    const folder = temporaryFolder();
    const { signal, reason, abort } = aborting();
    abort();
    await expect(saveModel(join(folder, "model"), data, facts, { signal })).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves the older model where loading finds it, when the machine stops between two renames", async () => {
    const model = await modelIn(temporaryFolder());
    renameSync(model, previousOf(model));
    expect((await loadModel(model)).data).toEqual(data);
  });

  it("is put right by the next save, when the machine stopped between two renames", async () => {
    const folder = temporaryFolder();
    const model = await modelIn(folder);
    renameSync(model, previousOf(model));
    const failing = onRow(3, () => {
      throw new Error("disk on fire");
    });
    await expect(saveModel(model, failing, facts)).rejects.toThrow("disk on fire");
    expect((await loadModel(model)).data).toEqual(data);
    await saveModel(model, newer, facts);
    expect((await loadModel(model)).data).toEqual(newer);
    expect(readdirSync(folder)).toEqual(["model"]);
  });

  it("is put right by the next save, when the machine stopped while the older model was removed", async () => {
    const folder = temporaryFolder();
    const model = await modelIn(folder);
    const half = forgeModel();
    rmSync(join(half, "metadata_df"), { recursive: true });
    renameSync(half, previousOf(model));
    expect((await loadModel(model)).data).toEqual(data);
    await saveModel(model, newer, facts);
    expect((await loadModel(model)).data).toEqual(newer);
    expect(readdirSync(folder)).toEqual(["model"]);
  });

  it("removes nothing foreign, even under the name that it uses itself", async () => {
    const model = await modelIn(temporaryFolder());
    mkdirSync(previousOf(model));
    writeFileSync(join(previousOf(model), "thesis.doc"), "mine");
    await expect(saveModel(model, newer, facts)).rejects.toThrow(/thesis\.doc/);
    expect((await loadModel(model)).data).toEqual(data);
    expect(existsSync(join(previousOf(model), "thesis.doc"))).toBe(true);
  });
});

function aborting() {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  return { signal: controller.signal, reason, abort: () => controller.abort(reason) };
}

describe("loading", () => {
  it("stops when it is aborted", async () => {
    const model = await modelIn(temporaryFolder());
    const { signal, reason, abort } = aborting();
    const loading = loadModel(model, { signal });
    abort();
    await expect(loading).rejects.toBe(reason);
  });
});

describe("a model that could not be loaded again is not saved", () => {
  const users = data.users;
  const entities = { tenant: users.tenant, name: users.name, vectors: users.vectors };
  const withNaN = users.vectors.slice();
  withNaN[5] = Number.NaN;
  const spoilt: [string, ModelData, RegExp][] = [
    [
      "a NaN",
      { ...data, users: { ...entities, vectors: withNaN } },
      /finite vectors, found NaN in that of "\.\.\/\.\.\/etc/,
    ],
    [
      "a short vector",
      { ...data, users: { ...entities, vectors: users.vectors.slice(1) } },
      /users\.vectors: expected 24/,
    ],
    [
      "a tenant too few",
      { ...data, users: { ...entities, tenant: users.tenant.slice(1) } },
      /users\.tenant: expected 6/,
    ],
    ["a dimension of two", { ...data, dimension: 2 }, /dimension: expected an integer from 3, found 2/],
    ["components of users alone", { ...data, resourceComponents: null }, /or neither, found one/],
    [
      "a component too few",
      { ...data, userComponents: { ...entities, component: new BigInt64Array(5) } },
      /expected 6 values/,
    ],
    [
      "a history with a gap",
      { ...data, history: { tenant: ["t0"], user: [], res: [] } },
      /history\.tenant: expected 0/,
    ],
    [
      "a user twice",
      { ...data, users: { ...entities, name: users.name.map(() => "a"), tenant: users.tenant } },
      /twice/,
    ],
    ["other counts", { ...data, users: entitiesOf([], data.dimension) }, /counts\.users: expected 0, found 6/],
  ];
  it.each(spoilt)("with %s", async (_, model, message) => {
    const folder = temporaryFolder();
    const error: unknown = await saveModel(join(folder, "model"), model, facts).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("with two names that broken Unicode makes one", async () => {
    const twins = entitiesOf(
      ["\ud800", "\ud801"].map((name) => ({ tenant: "t0", name })),
      data.dimension,
    );
    const model = { ...data, users: twins };
    const target = join(temporaryFolder(), "model");
    await expect(saveModel(target, model, factsOf(model))).rejects.toThrow(/\\u\{d801\}" of tenant "t0" twice/);
  });

  it.each([
    ["a NaN", { ...facts, parameters: { alpha: Number.NaN } }],
    ["a count of a half", { ...facts, counts: { ...facts.counts, accesses: 0.5 } }],
    ["an infinite mean", { ...facts, tenants: [{ ...facts.tenants[0], mean: Number.POSITIVE_INFINITY }] }],
  ])("with %s in its facts", async (_, wrong) => {
    const target = join(temporaryFolder(), "model");
    await expect(saveModel(target, data, wrong)).rejects.toThrow(DataError);
  });

  it.each([
    ["user", { user: "Tenant" }],
    ["output", { output: "user_vector" }],
    ["res", { res: "component" }],
    ["tenant", { tenant: "" }],
    ["res", { user: "a", res: "A" }],
  ])("with a name of the %s column that is taken: %j", (role, names) => {
    const columns = { tenant: "tenant", user: "user", res: "res", output: "anomaly_score", ...names };
    expect(() => checkColumns(columns)).toThrow(OptionError);
    expect(() => checkColumns(columns)).toThrow(new RegExp(`^${role}Col: `));
  });
});
