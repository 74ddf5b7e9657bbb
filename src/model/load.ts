import { refuseDuplicates } from "./check.js";
import type { ModelComponents, ModelData, ModelEntities, ModelFacts } from "./data.js";
import {
  type Column,
  type ColumnNames,
  findClash,
  folders,
  metadataColumns,
  type TableName,
  tableColumns,
} from "./layout.js";
import { type ModelFolder, openModelFolder } from "./model-folder.js";
import { quote, refusal } from "./refusal.js";
import { locate } from "./replace.js";

export interface LoadedModel {
  data: ModelData;
  /** Null for a model that SynapseML saved: it keeps none. */
  facts: ModelFacts | null;
  /** Which byoml saved the model, and when (ISO 8601, UTC); null for a model that SynapseML saved. */
  origin: { byoml: string; created: string } | null;
}

/**
 * Loads a model that byoml or SynapseML saved, and checks everything that can be: a model that loads can score.
 *
 * Names and vectors are given as they are in the files, in the order of the part files' names.
 *
 * @throws DataError  names the file, what was expected and found, and what to do
 */
export async function loadModel(directory: string, { signal }: { signal?: AbortSignal } = {}): Promise<LoadedModel> {
  signal?.throwIfAborted();
  const folder = await openModelFolder(await locate(directory), signal);
  const { names, hasComponents, hasHistory } = await readMetadata(folder);
  const columns = tableColumns(names);
  const users = await readEntities(folder, "users", columns.users);
  const resources = await readEntities(folder, "resources", columns.resources);
  const data: ModelData = {
    columns: { tenant: names.tenant, user: names.user, res: names.res, output: names.output },
    dimension: dimensionOf(folder, users, resources),
    users: entitiesOf(users),
    resources: entitiesOf(resources),
    userComponents: hasComponents ? await readComponents(folder, "userComponents", columns.userComponents) : null,
    resourceComponents: hasComponents
      ? await readComponents(folder, "resourceComponents", columns.resourceComponents)
      : null,
    history: hasHistory ? (await folder.read("history", columns.history)).values : null,
  };
  return { data, ...aboutOf(folder, data) };
}

interface Metadata {
  names: ColumnNames;
  hasComponents: boolean;
  hasHistory: boolean;
}

async function readMetadata(folder: ModelFolder): Promise<Metadata> {
  const { values, rows } = await folder.read("metadata", metadataColumns);
  const file = folder.pathOf("metadata");
  if (rows !== 1) throw refusal({ file, expected: "one row", found: String(rows) });
  const { tenant, user, userVector, res, resVector, output } = values;
  const names: ColumnNames = {
    tenant: tenant[0],
    user: user[0],
    userVector: userVector[0],
    res: res[0],
    resVector: resVector[0],
    output: output[0],
  };
  const clash = findClash(names);
  if (clash) {
    const found = `${quote(clash.name)} for the ${clash.role} column, which is ${clash.other}`;
    throw refusal({ file, expected: "names of columns that differ", found });
  }
  const [hasUserComponents] = values.hasUserComponents;
  const [hasResourceComponents] = values.hasResourceComponents;
  if (hasUserComponents !== hasResourceComponents) {
    const found = `those of ${hasUserComponents ? "users" : "resources"} alone`;
    throw refusal({ file, expected: "components of users and of resources, or neither", found });
  }
  const announced: Record<TableName, boolean> = {
    metadata: true,
    users: values.hasUsers[0],
    resources: values.hasResources[0],
    userComponents: hasUserComponents,
    resourceComponents: hasResourceComponents,
    history: values.hasHistory[0],
  };
  for (const table of ["users", "resources"] as const) {
    if (!announced[table]) throw refusal({ file, expected: `vectors of ${table}`, found: "none" });
  }
  folder.expectTables((Object.keys(folders) as TableName[]).filter((table) => announced[table]));
  return { names, hasComponents: hasUserComponents, hasHistory: announced.history };
}

interface Entities extends ModelEntities {
  /** 0 where there is no row. */
  dimension: number;
}

function entitiesOf({ tenant, name, vectors }: Entities): ModelEntities {
  return { tenant, name, vectors };
}

type EntityColumns = { tenant: Column<"string">; vectors: Column<"doubles">; name: Column<"string"> };

async function readEntities(
  folder: ModelFolder,
  table: "users" | "resources",
  columns: EntityColumns,
): Promise<Entities> {
  const { values } = await folder.read(table, columns);
  const { tenant, name, vectors } = values;
  refuseDuplicates(folder.pathOf(table), tenant, name);
  return { tenant, name, vectors: vectors.values, dimension: vectors.dimension };
}

type ComponentColumns = { tenant: Column<"string">; name: Column<"string">; component: Column<"int64"> };

async function readComponents(
  folder: ModelFolder,
  table: "userComponents" | "resourceComponents",
  columns: ComponentColumns,
): Promise<ModelComponents> {
  const { values } = await folder.read(table, columns);
  refuseDuplicates(folder.pathOf(table), values.tenant, values.name);
  return values;
}

/** Length of all vectors. Where there are none, only byoml's manifest tells it. */
function dimensionOf(folder: ModelFolder, users: Entities, resources: Entities): number {
  const known = folder.manifest?.dimension;
  const first = known ?? (users.dimension || resources.dimension);
  if (first === 0) throw refusal({ file: folder.pathOf("users"), expected: "users with vectors", found: "none" });
  for (const [table, { dimension }] of Object.entries({ users, resources })) {
    if (dimension !== 0 && dimension !== first) {
      const source = known === undefined ? "as those of users" : "as the manifest says";
      const file = folder.pathOf(table as TableName);
      throw refusal({ file, expected: `vectors of ${first} numbers, ${source}`, found: String(dimension) });
    }
  }
  return first;
}

function aboutOf({ manifest, manifestPath }: ModelFolder, { users, resources }: ModelData): Omit<LoadedModel, "data"> {
  if (!manifest) return { facts: null, origin: null };
  const { parameters, counts, tenants, training, trainedOn, byoml, created } = manifest;
  const loaded = { tenants: tenants.length, users: users.name.length, resources: resources.name.length };
  for (const what of ["tenants", "users", "resources"] as const) {
    if (counts[what] !== loaded[what]) {
      const expected = `counts.${what}: ${loaded[what]}, as there are in the model`;
      throw refusal({ file: manifestPath, expected, found: String(counts[what]) });
    }
  }
  const about = training === undefined ? {} : { training };
  return { facts: { parameters, counts, tenants, ...about, trainedOn }, origin: { byoml, created } };
}
