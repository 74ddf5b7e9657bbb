/** Models that nobody would save, made to be refused. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { temporaryFolder } from "./folders.js";

export interface ForgedColumn {
  schema: SchemaElement[];
  data: unknown[];
}

type ForgedTable = Record<string, ForgedColumn>;

export const texts = (name: string, ...data: unknown[]): ForgedColumn => ({
  schema: [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }],
  data,
});
export const numbers = (name: string, ...data: unknown[]): ForgedColumn => ({
  schema: [{ name, type: "INT64", repetition_type: "OPTIONAL" }],
  data,
});
export const flags = (name: string, ...data: unknown[]): ForgedColumn => ({
  schema: [{ name, type: "BOOLEAN", repetition_type: "OPTIONAL" }],
  data,
});
export const vectors = (name: string, ...data: unknown[]): ForgedColumn => listOf("DOUBLE", name, ...data);
export const listOf = (type: "DOUBLE" | "FLOAT", name: string, ...data: unknown[]): ForgedColumn => ({
  schema: [
    { name, converted_type: "LIST", num_children: 1, repetition_type: "OPTIONAL" },
    { name: "list", num_children: 1, repetition_type: "REPEATED" },
    { name: "element", type, repetition_type: "OPTIONAL" },
  ],
  data,
});

/** A sound model of two users and one resource, table by table and column by column, for a test to spoil. */
export function soundTables() {
  const metadata: ForgedTable = {
    tenant: texts("tenant_col", "tenant"),
    user: texts("user_col", "user"),
    userVector: texts("user_vec_col", "user_vector"),
    res: texts("res_col", "res"),
    resVector: texts("res_vec_col", "res_vector"),
    output: texts("output_col", "anomaly_score"),
    hasHistory: flags("has_history_access_df", true),
    hasUserComponents: flags("has_user2component_mappings_df", true),
    hasResourceComponents: flags("has_res2component_mappings_df", true),
    hasUsers: flags("has_user_feature_vector_mapping_df", true),
    hasResources: flags("has_res_feature_vector_mapping_df", true),
  };
  const users: ForgedTable = {
    vector: vectors("user_vector", [1, 2, 3], [4, 5, 6]),
    tenant: texts("tenant", "t0", "t0"),
    name: texts("user", "u0", "u1"),
  };
  const resources: ForgedTable = {
    name: texts("res", "r0"),
    tenant: texts("tenant", "t0"),
    vector: vectors("res_vector", [1, 1, 0]),
  };
  const userComponents: ForgedTable = {
    component: numbers("component", 0n, 1n),
    name: texts("user", "u0", "u1"),
    tenant: texts("tenant", "t0", "t0"),
  };
  const resourceComponents: ForgedTable = {
    component: numbers("component", 0n),
    name: texts("res", "r0"),
    tenant: texts("tenant", "t0"),
  };
  const history: ForgedTable = {
    res: texts("res", "r0"),
    user: texts("user", "u1"),
    tenant: texts("tenant", "t0"),
  };
  return { metadata, users, resources, userComponents, resourceComponents, history };
}

const folderOf: Record<keyof ReturnType<typeof soundTables>, string> = {
  metadata: "metadata_df",
  users: "user_feature_vector_mapping_df",
  resources: "res_feature_vector_mapping_df",
  userComponents: "user2component_mappings_df",
  resourceComponents: "res2component_mappings_df",
  history: "history_access_df",
};

export function forgePart(table: ForgedTable, createdBy = "parquet-mr version 1.13.1"): Uint8Array {
  const columns = Object.values(table);
  const buffer = parquetWriteBuffer({
    schema: [{ name: "spark_schema", num_children: columns.length }, ...columns.flatMap(({ schema }) => schema)],
    columnData: columns.map(({ schema, data }) => ({ name: schema[0].name, data })),
    createdBy,
  });
  return new Uint8Array(buffer);
}

/** Writes a model as SynapseML would, after `spoil` has had its way with the tables; gives its folder. */
export function forgeModel(
  spoil: (tables: ReturnType<typeof soundTables>) => void = () => {},
  createdBy?: string,
): string {
  const model = join(temporaryFolder(), "model");
  const tables = soundTables();
  spoil(tables);
  for (const [name, table] of Object.entries(tables)) {
    const folder = join(model, folderOf[name as keyof typeof tables]);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "part-00000-forged-c000.snappy.parquet"), forgePart(table, createdBy));
    writeFileSync(join(folder, "_SUCCESS"), "");
  }
  return model;
}

// biome-ignore lint/suspicious/noExplicitAny: a manifest that a test bends into any shape
type Bendable = any;

/** Changes a model's manifest and gives it the checksum that it would have had: what an attacker can do. */
export function bendManifest(model: string, change: (manifest: Bendable) => void): void {
  const file = join(model, "byoml.json");
  const { sha256: _, ...manifest } = JSON.parse(readFileSync(file, "utf8"));
  change(manifest);
  const text = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  writeFileSync(file, text({ ...manifest, sha256: hash(text(manifest)) }));
}

/** Replaces a file of a model and corrects its entry in the manifest. */
export function replaceFile(model: string, name: string, content: Uint8Array): void {
  writeFileSync(join(model, name), content);
  bendManifest(model, (manifest) => {
    const entry = manifest.files.find((file: { name: string }) => file.name === name);
    Object.assign(entry, { bytes: content.length, sha256: hash(content) });
  });
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
