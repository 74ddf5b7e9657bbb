import type { ModelComponents, ModelData, ModelEntities, ModelHistory } from "./data.js";
import { columnNames, type Folder, folders, metadataColumns, type TableName, tableColumns } from "./layout.js";
import type { Table, TableColumn } from "./table-writer.js";

/** The tables of a model as they are written, by their folders. */
export function tablesOf(data: ModelData): Map<Folder, Table> {
  const columns = tableColumns(columnNames(data.columns));
  const tables = new Map<Folder, Table>();
  const put = (table: TableName, rows: number, ...values: TableColumn[]) =>
    tables.set(folders[table], { rows, columns: values, required: table === "metadata" });

  put("metadata", 1, ...metadataRow(data));
  const putEntities = (table: "users" | "resources", { tenant, name, vectors }: ModelEntities) => {
    const { tenant: tenants, vectors: vector, name: names } = columns[table];
    put(
      table,
      name.length,
      { ...tenants, values: tenant },
      { ...vector, values: vectors, width: data.dimension },
      { ...names, values: name },
    );
  };
  const putComponents = (table: "userComponents" | "resourceComponents", components: ModelComponents | null) => {
    if (!components) return;
    const { tenant: tenants, name: names, component: numbers } = columns[table];
    const { tenant, name, component } = components;
    put(
      table,
      name.length,
      { ...tenants, values: tenant },
      { ...names, values: name },
      { ...numbers, values: component },
    );
  };
  const putHistory = (history: ModelHistory | null) => {
    if (!history) return;
    const { tenant, user, res } = columns.history;
    put(
      "history",
      history.user.length,
      { ...tenant, values: history.tenant },
      { ...user, values: history.user },
      { ...res, values: history.res },
    );
  };
  putEntities("users", data.users);
  putEntities("resources", data.resources);
  putComponents("userComponents", data.userComponents);
  putComponents("resourceComponents", data.resourceComponents);
  putHistory(data.history);
  return tables;
}

function metadataRow({ columns, userComponents, resourceComponents, history }: ModelData): TableColumn[] {
  const names = columnNames(columns);
  const { tenant, user, userVector, res, resVector, output, ...has } = metadataColumns;
  return [
    { ...tenant, values: [names.tenant] },
    { ...user, values: [names.user] },
    { ...userVector, values: [names.userVector] },
    { ...res, values: [names.res] },
    { ...resVector, values: [names.resVector] },
    { ...output, values: [names.output] },
    { ...has.hasHistory, values: [history !== null] },
    { ...has.hasUserComponents, values: [userComponents !== null] },
    { ...has.hasResourceComponents, values: [resourceComponents !== null] },
    { ...has.hasUsers, values: [true] },
    { ...has.hasResources, values: [true] },
  ];
}
