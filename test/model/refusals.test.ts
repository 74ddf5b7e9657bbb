import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.js";
import { loadModel } from "../../src/model/load.js";
import { saveModel } from "../../src/model/save.js";
import { copyOf, filesOf, temporaryFolder } from "./folders.js";
import {
  bendManifest,
  flags,
  forgeModel,
  forgePart,
  listOf,
  numbers,
  replaceFile,
  soundTables,
  texts,
  vectors,
} from "./forge.js";
import { sampleModel } from "./sample.js";
import { synapsemlModel } from "./synapseml-fixture.js";

const usersPart = "user_feature_vector_mapping_df/part-00000.snappy.parquet";

/** A part of a message, or a pattern of it. */
type Word = string | RegExp;

/** Loads and expects a DataError that says all of `words`, has a hint, and is harmless in a terminal. */
async function expectRefusal(model: string, ...words: Word[]): Promise<DataError> {
  const error: unknown = await loadModel(model).then(
    () => "it was loaded",
    (reason: unknown) => reason,
  );
  if (!(error instanceof DataError)) throw new Error(`expected a DataError, got ${error}`, { cause: error });
  for (const word of words) expect(error.message).toMatch(word);
  expect(error.message).toMatch(/: expected .*, found /);
  expect(error.message).toMatch(/^[^\p{Control}\p{Surrogate}\u202a-\u202e]*$/u);
  expect(error.hint).toBeTruthy();
  expect(error.details.file).toBeTruthy();
  return error;
}

/** Facts of a training, with something wrong. */
const trainingOf = (wrong: object) => ({
  iterations: 1,
  stopped: "maxIter",
  objectives: [1],
  warmStart: null,
  ...wrong,
});

describe("a model of byoml's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "byoml-model-"));
  const original = join(folder, "model");
  beforeAll(async () => {
    const { data, facts } = sampleModel();
    await saveModel(original, data, facts);
    await loadModel(original);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is refused when a file is cut, wherever", async () => {
    const model = copyOf(original);
    for (const file of filesOf(original)) {
      const whole = readFileSync(join(original, file));
      const cuts = fc.sample(fc.nat(Math.max(0, whole.length - 1)), { numRuns: 12, seed: 1 });
      for (const cut of whole.length === 0 ? [] : [0, whole.length - 1, ...cuts]) {
        truncateSync(join(model, file), cut);
        await expectRefusal(model, baseOf(file));
        writeFileSync(join(model, file), whole);
      }
    }
  });

  it("is refused when a byte is flipped, wherever", async () => {
    const model = copyOf(original);
    for (const file of filesOf(original)) {
      const whole = readFileSync(join(original, file));
      if (whole.length === 0) continue;
      for (const at of [0, whole.length - 1, ...fc.sample(fc.nat(whole.length - 1), { numRuns: 12, seed: 2 })]) {
        const flipped = Uint8Array.from(whole);
        flipped[at] ^= 1 + (at % 255);
        writeFileSync(join(model, file), flipped);
        await expectRefusal(model, baseOf(file));
      }
      writeFileSync(join(model, file), whole);
    }
  });

  it("is refused when a file has grown, the empty ones too", async () => {
    const model = copyOf(original);
    for (const file of filesOf(original)) {
      const whole = readFileSync(join(original, file));
      writeFileSync(join(model, file), Buffer.concat([whole, Buffer.from(" ")]));
      await expectRefusal(model, baseOf(file));
      writeFileSync(join(model, file), whole);
    }
  });

  it("is refused when a file is missing, and says which", async () => {
    for (const file of filesOf(original)) {
      const model = copyOf(original);
      rmSync(join(model, file));
      await expectRefusal(model, baseOf(file), "found no such file");
    }
  });

  it("is refused when a file has another name", async () => {
    const model = copyOf(original);
    renameSync(join(model, usersPart), join(model, dirname(usersPart), "part-00001.snappy.parquet"));
    await expectRefusal(model, "part-00000", "no such file");
  });

  it("is refused when a folder is missing", async () => {
    for (const folder of readdirSync(original).filter((name) => name.endsWith("_df"))) {
      const model = copyOf(original);
      rmSync(join(model, folder), { recursive: true });
      await expectRefusal(model, folder);
    }
  });

  it("is refused with a part file that the manifest does not name", async () => {
    const model = copyOf(original);
    cpSync(join(model, usersPart), join(model, dirname(usersPart), "part-00001.snappy.parquet"));
    await expectRefusal(model, "part-00001", "only files that byoml.json names");
  });

  it("loads with hidden checksums of Hadoop in it", async () => {
    const model = copyOf(original);
    writeFileSync(join(model, dirname(usersPart), "._SUCCESS.crc"), "crc");
    writeFileSync(join(model, dirname(usersPart), ".part-00000.snappy.parquet.crc"), "crc");
    await expect(loadModel(model)).resolves.toBeTruthy();
  });

  it("is refused with a link in the place of a part file", async () => {
    const model = copyOf(original);
    const elsewhere = join(temporaryFolder(), "secret.parquet");
    renameSync(join(model, usersPart), elsewhere);
    symlinkSync(elsewhere, join(model, usersPart));
    await expectRefusal(model, usersPart);
  });

  it("is refused when its format is newer, with both versions", async () => {
    const model = copyOf(original);
    bendManifest(model, (manifest) => Object.assign(manifest, { version: 2, byoml: "9.8.7", rows: "otherwise" }));
    const error = await expectRefusal(model, "format version 1 or older", "format version 2", "9.8.7");
    expect(error.hint).toMatch(/update byoml/);
  });

  it.each([
    "../outside.parquet",
    "/etc/passwd",
    "user_feature_vector_mapping_df/../../x.parquet",
    "user_feature_vector_mapping_df/..",
    "user_feature_vector_mapping_df\\part-0.parquet",
    "user_feature_vector_mapping_df/part-0/part-0.parquet",
    "other_df/part-00000.snappy.parquet",
    "byoml.json",
    "__proto__/_SUCCESS",
    "users\u001b[2J/part-0.parquet",
    "",
  ])("is refused when its manifest names the file %j", async (name) => {
    const model = copyOf(original);
    bendManifest(model, (manifest) => manifest.files.push({ ...manifest.files[0], name }));
    await expectRefusal(model, "names of part files in the folders of a model");
  });

  it("is refused when its manifest names a file twice", async () => {
    const model = copyOf(original);
    bendManifest(model, (manifest) => manifest.files.push(manifest.files[0]));
    await expectRefusal(model, "every name once");
  });

  const bends: [string, (manifest: Parameters<Parameters<typeof bendManifest>[1]>[0]) => void, Word][] = [
    ["no format", (manifest) => delete manifest.format, "byoml-model"],
    ["another format", (manifest) => Object.assign(manifest, { format: "x" }), "byoml-model"],
    ["version 0", (manifest) => Object.assign(manifest, { version: 0 }), "a format version"],
    ["a version in words", (manifest) => Object.assign(manifest, { version: "1" }), "a format version"],
    ["no byoml", (manifest) => delete manifest.byoml, "byoml: a version"],
    ["no time", (manifest) => Object.assign(manifest, { created: "yesterday" }), "created"],
    ["a short dimension", (manifest) => Object.assign(manifest, { dimension: 2 }), "dimension"],
    ["another dimension", (manifest) => Object.assign(manifest, { dimension: 5 }), "vectors of 5 numbers"],
    ["a deep parameter", (manifest) => Object.assign(manifest.parameters, { a: {} }), "parameters"],
    ["a missing count", (manifest) => delete manifest.counts.users, "counts"],
    ["a negative count", (manifest) => Object.assign(manifest.counts, { accesses: -1 }), "counts"],
    ["other users", (manifest) => Object.assign(manifest.counts, { users: 5 }), "counts.users: 6"],
    ["other resources", (manifest) => Object.assign(manifest.counts, { resources: 5 }), "counts.resources: 4"],
    ["other tenants", (manifest) => manifest.tenants.pop(), "counts.tenants: 1"],
    ["a tenant without mean", (manifest) => delete manifest.tenants[0].mean, "tenants"],
    ["no word on why training stopped", (manifest) => Object.assign(manifest, { training: {} }), "training"],
    [
      "iterations without objectives",
      (manifest) => Object.assign(manifest, { training: trainingOf({ objectives: [] }) }),
      "training",
    ],
    [
      "half a warm start",
      (manifest) => Object.assign(manifest, { training: trainingOf({ warmStart: { users: {} } }) }),
      "training",
    ],
    ["no origin", (manifest) => Object.assign(manifest, { trainedOn: null }), "trainedOn"],
    ["rows of another folder", (manifest) => Object.assign(manifest.rows, { x_df: 1 }), "rows"],
    ["no rows of users", (manifest) => delete manifest.rows.user_feature_vector_mapping_df, "rows"],
    ["no rows of history", (manifest) => delete manifest.rows.history_access_df, "history_access_df"],
    ["too many rows", (manifest) => Object.assign(manifest.rows, { history_access_df: 2 }), /2 rows.*found 1/],
    ["a checksum in words", (manifest) => Object.assign(manifest.files[0], { sha256: "none" }), "files"],
    ["a length in words", (manifest) => Object.assign(manifest.files[0], { bytes: "1" }), "files"],
    ["no list of files", (manifest) => Object.assign(manifest, { files: {} }), "files"],
  ];
  it.each(bends)("is refused when its manifest has %s", async (_, bend, word) => {
    const model = copyOf(original);
    bendManifest(model, bend);
    await expectRefusal(model, word);
  });

  it.each([
    ["text", "not JSON"],
    ["a list", "[]"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["escape sequences", "\u001b[2J{"],
  ])("is refused when its manifest is %s", async (_, content) => {
    const model = copyOf(original);
    writeFileSync(join(model, "byoml.json"), content);
    await expectRefusal(model, "byoml.json");
  });

  it("is refused when its manifest was edited by hand", async () => {
    const model = copyOf(original);
    const file = join(model, "byoml.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"rank": 2', '"rank":  2'));
    await expectRefusal(model, "checksum");
  });

  it("is checked for sense even where every checksum fits", async () => {
    const model = copyOf(original);
    replaceFile(model, usersPart, forgePart(soundTables().users));
    await expectRefusal(model, usersPart, 'a column "TenantId"');
  });
});

describe("a model without a manifest", () => {
  it("loads when it is sound, whatever the order of its columns", async () => {
    const { data } = await loadModel(forgeModel());
    expect(data).toMatchObject({
      dimension: 3,
      users: { tenant: ["t0", "t0"], name: ["u0", "u1"], vectors: Float64Array.of(1, 2, 3, 4, 5, 6) },
      userComponents: { component: BigInt64Array.of(0n, 1n) },
      history: { tenant: ["t0"], user: ["u1"], res: ["r0"] },
    });
  });

  it("loads when Databricks left its marks in it", async () => {
    const model = forgeModel();
    for (const mark of ["_committed_123", "_started_123"]) writeFileSync(join(model, "metadata_df", mark), "{}");
    await expect(loadModel(model)).resolves.toBeTruthy();
  });

  it("is refused when byoml's name is in its files: its manifest was lost", async () => {
    const model = forgeModel(() => {}, "byoml version 0.1.0");
    await expectRefusal(model, "byoml.json", "no such file");
  });

  // biome-ignore format: one spoilt model a line
  const spoils: [string, Parameters<typeof forgeModel>[0], ...Word[]][] = [
    ["a null tenant", (t) => { t.users.tenant = texts("tenant", "t0", null); }, "row 2", "a text, found null"],
    ["a null user", (t) => { t.users.name = texts("user", null, "u1"); }, "row 1", "null"],
    ["a null resource", (t) => { t.resources.name = texts("res", null); }, "row 1", "null"],
    ["a null in the history", (t) => { t.history.user = texts("user", null); }, "history_access_df", "null"],
    ["a null vector", (t) => { t.users.vector = vectors("user_vector", [1, 2, 3], null); }, "row 2", "a vector, found null"],
    ["a null first vector", (t) => { t.users.vector = vectors("user_vector", null, [1, 2, 3]); }, "row 1", "null"],
    ["a null in a vector", (t) => { t.users.vector = vectors("user_vector", [1, null, 3], [1, 2, 3]); }, "row 1", "finite"],
    ["a NaN", (t) => { t.users.vector = vectors("user_vector", [1, 2, 3], [1, Number.NaN, 3]); }, "row 2", "NaN"],
    ["an infinity", (t) => { t.resources.vector = vectors("res_vector", [1, Number.POSITIVE_INFINITY, 3]); }, "Infinity"],
    ["an empty vector", (t) => { t.resources.vector = vectors("res_vector", []); }, "3 or more numbers, found 0"],
    ["a vector of two", (t) => { t.resources.vector = vectors("res_vector", [1, 2]); }, "3 or more numbers, found 2"],
    ["unequal vectors", (t) => { t.users.vector = vectors("user_vector", [1, 2, 3], [1, 2, 3, 4]); }, /3 numbers.*found 4/],
    ["a shorter vector", (t) => { t.users.vector = vectors("user_vector", [1, 2, 3, 4], [1, 2, 3]); }, /4 numbers.*found 3/],
    ["unlike tables", (t) => { t.resources.vector = vectors("res_vector", [1, 2, 3, 4]); }, /3 numbers.*found 4/],
    ["vectors of floats", (t) => { t.users.vector = listOf("FLOAT", "user_vector", [1, 2, 3], [1, 2, 3]); }, "list<double>"],
    ["numbers for vectors", (t) => { t.users.vector = numbers("user_vector", 1n, 2n); }, "list<double>", "int64"],
    ["vectors for names", (t) => { t.users.name = vectors("user", [1], [1]); }, "type string"],
    ["numbers for names", (t) => { t.users.name = numbers("user", 1n, 2n); }, "type string"],
    ["bytes for names", (t) => { delete t.users.name.schema[0].converted_type; }, "type string", "byte_array"],
    ["texts for components", (t) => { t.userComponents.component = texts("component", "0", "1"); }, "type int64"],
    ["times for components", (t) => { t.userComponents.component.schema[0].converted_type = "TIMESTAMP_MICROS"; }, "type int64"],
    ["a null component", (t) => { t.userComponents.component = numbers("component", 0n, null); }, "row 2", "null"],
    ["no column of users", (t) => { delete t.users.name; }, /a column "user".*found columns "user_vector", "tenant"/],
    ["no column of vectors", (t) => { delete t.resources.vector; }, 'a column "res_vector"'],
    ["no column of components", (t) => { delete t.resourceComponents.component; }, 'a column "component"'],
    ["a column twice", (t) => { t.users.again = texts("tenant", "t0", "t0"); }, "two of them"],
    ["a user twice", (t) => { t.users.name = texts("user", "u0", "u0"); }, '"u0" of tenant "t0" twice'],
    ["a component twice", (t) => { t.userComponents.name = texts("user", "u0", "u0"); }, "user2component", "twice"],
    ["hostile names twice", (t) => { t.users.name = texts("user", "\u001b]0;x\u0007\u202e", "\u001b]0;x\u0007\u202e"); }, "twice"],
    ["no users", (t) => { for (const c of Object.values(t.users)) c.data = []; for (const c of Object.values(t.resources)) c.data = []; }, "users with vectors"],
    ["components of users alone", (t) => { t.metadata.hasResourceComponents = flags("has_res2component_mappings_df", false); }, "of users alone"],
    ["components of resources alone", (t) => { t.metadata.hasUserComponents = flags("has_user2component_mappings_df", false); }, "of resources alone"],
    ["no vectors of users", (t) => { t.metadata.hasUsers = flags("has_user_feature_vector_mapping_df", false); }, "vectors of users"],
    ["a history that it denies", (t) => { t.metadata.hasHistory = flags("has_history_access_df", false); }, "no folder history_access_df"],
    ["a flag that is null", (t) => { t.metadata.hasHistory = flags("has_history_access_df", null); }, "true or false, found null"],
    ["a flag in words", (t) => { t.metadata.hasHistory = texts("has_history_access_df", "true"); }, "type boolean"],
    ["no name for users", (t) => { t.metadata.user = texts("user_col", ""); }, "names of columns that differ"],
    ["one name for two columns", (t) => { t.metadata.res = texts("res_col", "USER"); }, '"USER" for the res column'],
    ["a name of scoring's own", (t) => { t.metadata.user = texts("user_col", "component"); }, "a column that scoring adds"],
    ["another name for users", (t) => { t.metadata.user = texts("user_col", "account"); }, 'a column "account"'],
    ["no metadata", (t) => { for (const c of Object.values(t.metadata)) c.data = []; }, "metadata_df: expected one row, found 0"],
    ["two rows of metadata", (t) => { for (const c of Object.values(t.metadata)) c.data = [c.data[0], c.data[0]]; }, "one row, found 2"],
  ];
  it.each(spoils)("is refused with %s", async (_, spoil, ...words) => {
    await expectRefusal(forgeModel(spoil), ...words);
  });

  it("is refused when a file of SynapseML's is cut, wherever", async () => {
    const model = copyOf(synapsemlModel);
    for (const file of filesOf(synapsemlModel).filter((name) => name.endsWith(".parquet"))) {
      const whole = readFileSync(join(synapsemlModel, file));
      for (const cut of [0, 7, whole.length - 1, ...fc.sample(fc.nat(whole.length - 1), { numRuns: 12, seed: 3 })]) {
        truncateSync(join(model, file), cut);
        await expectRefusal(model, baseOf(file));
        writeFileSync(join(model, file), whole);
      }
    }
  });

  it("never fails in another way than by refusing, whatever is flipped", async () => {
    const model = copyOf(synapsemlModel);
    const files = filesOf(synapsemlModel).filter((name) => name.endsWith(".parquet"));
    for (const file of files) {
      const whole = readFileSync(join(synapsemlModel, file));
      for (const at of fc.sample(fc.nat(whole.length - 1), { numRuns: 60, seed: 4 })) {
        const flipped = Uint8Array.from(whole);
        flipped[at] ^= 1 << (at % 8);
        writeFileSync(join(model, file), flipped);
        await loadModel(model).catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
      }
      writeFileSync(join(model, file), whole);
    }
  });

  it("is refused when _SUCCESS is missing: the job that wrote it did not end", async () => {
    const model = copyOf(synapsemlModel);
    rmSync(join(model, "metadata_df/_SUCCESS"));
    await expectRefusal(model, "metadata_df/_SUCCESS", "no such file");
  });

  it("is refused when a table has no part file", async () => {
    const model = forgeModel();
    rmSync(join(model, "metadata_df/part-00000-forged-c000.snappy.parquet"));
    await expectRefusal(model, "metadata_df", "part files, found none");
  });

  it("is refused with a part file that is something else", async () => {
    const model = forgeModel();
    writeFileSync(join(model, "metadata_df/part-00001.snappy.parquet"), "a letter");
    await expectRefusal(model, "part-00001", "a complete Parquet file");
  });

  it.each(["notes.txt", "._hidden", "_delta_log", "sub/part-0.parquet"])(
    "is refused with %s in a table",
    async (name) => {
      const model = forgeModel();
      mkdirSync(dirname(join(model, "metadata_df", name)), { recursive: true });
      writeFileSync(join(model, "metadata_df", name), "");
      await expectRefusal(model, "only the part files of a model");
    },
  );

  it.skipIf(process.platform === "win32")("is refused, not waited for, with a pipe in a table", async () => {
    const model = forgeModel();
    execFileSync("mkfifo", [join(model, "metadata_df/part-00001.snappy.parquet")]);
    await expectRefusal(model, "part-00001");
  });
});

describe("what is no model", () => {
  it("is refused: nothing", async () => {
    await expectRefusal(join(temporaryFolder(), "none"), "a folder with a model in it, found nothing");
  });

  it("is refused: an empty folder", async () => {
    await expectRefusal(temporaryFolder(), "an empty folder");
  });

  it("is refused: a file", async () => {
    const file = join(temporaryFolder(), "model.parquet");
    writeFileSync(file, "PAR1");
    await expectRefusal(file, "found a file");
  });

  it("is refused: a folder of something else, whose names do nothing to a terminal", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "\u001b[31mred"), "");
    await expectRefusal(folder, "a saved model", /\\u\{1b\}\[31mred/);
  });

  it("is refused: a file where the metadata should be", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "metadata_df"), "");
    await expectRefusal(folder, "metadata_df");
  });
});

function baseOf(file: string): string {
  return file.replaceAll("\\", "/");
}
