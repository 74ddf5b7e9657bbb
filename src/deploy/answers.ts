export type Severity = "High" | "Medium" | "Low" | "Informational";
export type Cloud = "public" | "usgovernment" | "china";

/** What `byoml deploy` has to know; every file follows from it. Times are whole minutes. */
export interface Answers {
  readonly subscription: string;
  /** Of the workspace, and of what is made. */
  readonly resourceGroup: string;
  readonly workspace: string;
  /** Where the export goes and the state is kept. */
  readonly storageAccount: string;
  readonly storageResourceGroup: string;
  /** Null: that of the resource group. */
  readonly region: string | null;
  readonly cloud: Cloud;
  /** Tables whose export is read. */
  readonly tables: readonly string[];
  /** The table of results without `_CL`. */
  readonly resultTable: string;
  /** Names of what is made begin with it. */
  readonly prefix: string;
  /** Accesses with a score above it raise an alert. */
  readonly threshold: number;
  /** Accesses with a score above it are written to the table. */
  readonly deliverAbove: number;
  readonly severity: Severity;
  /** How often the rule runs. */
  readonly frequency: number;
  /** How long a row may take from byoml to the table. */
  readonly delay: number;
  /** How often byoml runs. */
  readonly interval: number;
  /** Null: it is given when the job is deployed. */
  readonly image: string | null;
  /** An identity that is made, or one that exists. */
  readonly identity: "user-assigned" | "principal";
  /** Its object id; null where it is made, or given at deployment. */
  readonly principalId: string | null;
}

/**
 * The container of a table's export. Names of containers have no underscores; what an export writes instead is not documented, and
 * taken to be a hyphen: the README of a deployment says so.
 */
function exportContainer(table: string): string {
  return `am-${table.toLowerCase().replaceAll("_", "-")}`;
}

/** Names that follow from the answers. */
export function namesOf(answers: Answers) {
  const { prefix, resultTable, subscription, storageResourceGroup, storageAccount } = answers;
  return {
    table: `${resultTable}_CL`,
    stream: `Custom-${resultTable}`,
    latest: `${resultTable}Latest`,
    collectionRule: `${prefix}-rule`,
    dataExport: `${prefix}-export`,
    identity: `${prefix}-identity`,
    environment: `${prefix}-environment`,
    job: `${prefix}-job`,
    stateContainer: prefix,
    exportContainers: answers.tables.map(exportContainer),
    storageId: `/subscriptions/${subscription}/resourceGroups/${storageResourceGroup}/providers/Microsoft.Storage/storageAccounts/${storageAccount}`,
    // Capitals make it a table's name, whose container byoml then finds; without any it would be taken for the container's.
    inputs: answers.tables.map(
      (table) =>
        `az://${storageAccount}/${/[A-Z]/.test(table) && !table.includes("_") ? table : exportContainer(table)}`,
    ),
    state: `az://${storageAccount}/${prefix}/state`,
  };
}
