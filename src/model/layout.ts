/*
 * What a model looks like on disk: SynapseML's folders and columns, and one file of byoml's own.
 *
 *   model/
 *     byoml.json                                 what byoml knows of the model, and a checksum of every file below
 *     metadata_df/                               one row: the names of the columns, and which tables there are
 *     user_feature_vector_mapping_df/            tenant, user_vector, user
 *     res_feature_vector_mapping_df/             tenant, res_vector, res
 *     user2component_mappings_df/                tenant, user, component     (both of these or neither)
 *     res2component_mappings_df/                 tenant, res, component
 *     history_access_df/                         tenant, user, res           (only if accesses were given as seen)
 *
 * Each folder is what a Spark job leaves behind: `part-….parquet` files, and an empty `_SUCCESS` once all of them are there.
 * No name of a file comes from the data.
 */
import { OptionError } from "../base/errors.js";
import type { ModelColumns } from "./data.js";

export const manifestName = "byoml.json";
export const successName = "_SUCCESS";
/** The one part file that byoml writes into a folder. */
export const partName = "part-00000.snappy.parquet";

export const folders = {
  metadata: "metadata_df",
  users: "user_feature_vector_mapping_df",
  resources: "res_feature_vector_mapping_df",
  userComponents: "user2component_mappings_df",
  resourceComponents: "res2component_mappings_df",
  history: "history_access_df",
} as const;

export type TableName = keyof typeof folders;
export type Folder = (typeof folders)[TableName];

const folderNames: readonly string[] = Object.values(folders);

export function isFolder(name: string): name is Folder {
  return folderNames.includes(name);
}

/** `doubles` is list<double>. */
export type ColumnType = "string" | "boolean" | "int64" | "doubles";

export interface Column<T extends ColumnType = ColumnType> {
  readonly name: string;
  readonly type: T;
}

const column = <T extends ColumnType>(name: string, type: T): Column<T> => ({ name, type });

/** The columns of `metadata_df`; every other column is named by what they say. */
export const metadataColumns = {
  tenant: column("tenant_col", "string"),
  user: column("user_col", "string"),
  userVector: column("user_vec_col", "string"),
  res: column("res_col", "string"),
  resVector: column("res_vec_col", "string"),
  output: column("output_col", "string"),
  hasHistory: column("has_history_access_df", "boolean"),
  hasUserComponents: column("has_user2component_mappings_df", "boolean"),
  hasResourceComponents: column("has_res2component_mappings_df", "boolean"),
  hasUsers: column("has_user_feature_vector_mapping_df", "boolean"),
  hasResources: column("has_res_feature_vector_mapping_df", "boolean"),
};

/** The names that `metadata_df` holds. */
export interface ColumnNames extends ModelColumns {
  userVector: string;
  resVector: string;
}

/** The names that byoml, like SynapseML, gives the columns of vectors. */
export function columnNames(columns: ModelColumns): ColumnNames {
  return { ...columns, userVector: `${columns.user}_vector`, resVector: `${columns.res}_vector` };
}

/** The columns of the tables, by what they mean. */
export function tableColumns(names: ColumnNames) {
  const tenant = column(names.tenant, "string");
  const user = column(names.user, "string");
  const res = column(names.res, "string");
  const component = column("component", "int64");
  return {
    users: { tenant, vectors: column(names.userVector, "doubles"), name: user },
    resources: { tenant, vectors: column(names.resVector, "doubles"), name: res },
    userComponents: { tenant, name: user, component },
    resourceComponents: { tenant, name: res, component },
    history: { tenant, user, res },
  };
}

/** Columns that scoring adds on the way, in SynapseML too: a name of the user's must not be one of them. */
const reserved = ["component", "user_component", "res_component", "__seen__"];

/** Two of a model's column names that are one, or an empty name; null where all can stand side by side. Spark ignores case, and a byte order mark is no name. */
export function findClash(names: ColumnNames): { role: keyof ColumnNames; name: string; other: string } | null {
  const taken = new Map<string, string>(reserved.map((name) => [name, "a column that scoring adds"]));
  for (const role of ["tenant", "user", "res", "userVector", "resVector", "output"] as const) {
    const name = names[role];
    const key = name.replace(/^\ufeff/, "").toLowerCase();
    const other = key === "" ? "an empty name" : taken.get(key);
    if (other !== undefined) return { role, name, other };
    taken.set(key, `the name of the ${role} column`);
  }
  return null;
}

/**
 * Refuses names of columns that cannot be told apart in a saved model. Cheap: call it before training.
 *
 * @throws OptionError  names the option (`tenantCol`, `userCol`, `resCol`, `outputCol`)
 */
export function checkColumns(columns: ModelColumns): void {
  const clash = findClash(columnNames(columns));
  if (!clash) return;
  const role = clash.role === "userVector" ? "user" : clash.role === "resVector" ? "res" : clash.role;
  throw new OptionError(
    `${role}Col`,
    `a name that is neither empty nor taken (upper and lower case are the same; ${JSON.stringify(clash.name)} is ${clash.other})`,
    columns[role],
    "choose another column name",
  );
}
