/*
 * The columns of the table in Log Analytics: what a delivered row has, what the stream of the data collection rule declares, and what the
 * generated queries read. TenantId, Type and the like are reserved there, so the tenant of an access is `Tenant`.
 */

/** Types of columns as a data collection rule declares them. */
export type ColumnType = "string" | "real" | "datetime";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
}

/** The table without `_CL`. */
export const defaultTable = "AnomalousResourceAccessResult";

/** The stream of the rule that ends in it. */
export const defaultStream = `Custom-${defaultTable}`;

/**
 * In this order. Actor, Resource and the last two are the names under which Microsoft's notebooks sent theirs. The API of that time stored
 * them with the initial of their type (Actor_s): what `byoml deploy` writes says what that means for queries.
 */
export const columns = [
  { name: "TimeGenerated", type: "datetime", description: "When the row was made." },
  {
    name: "EventTime",
    type: "datetime",
    description: "The day of the access, its start in UTC; null where the event had no time.",
  },
  { name: "RunId", type: "string", description: "The cycle that made the row." },
  {
    name: "RecordId",
    type: "string",
    description: "The same for the same tenant, actor, resource and day: one row each is enough.",
  },
  { name: "Tenant", type: "string", description: "The tenant of the access." },
  { name: "Actor", type: "string", description: "The user." },
  { name: "Resource", type: "string", description: "What was accessed." },
  {
    name: "Score",
    type: "real",
    description: "Deviations from the mean of the tenant's training accesses; higher is more unusual.",
  },
  { name: "Reason", type: "string", description: "Why the access is unusual, in a sentence." },
  { name: "Percentile", type: "real", description: "Share of the training accesses that are less unusual, 0 to 100." },
  {
    name: "PeerSummary",
    type: "string",
    description: "What the model expected of the actor, and who uses the resource.",
  },
  { name: "ModelId", type: "string", description: "The model that scored it." },
  { name: "TimeStamp", type: "datetime", description: "As EventTime." },
  { name: "PredictedScore", type: "real", description: "As Score." },
] as const satisfies readonly Column[];

/** A row as it is delivered. Times in ISO 8601; numbers are finite. */
export interface AnomalyRow {
  TimeGenerated: string;
  EventTime: string | null;
  RunId: string;
  RecordId: string;
  Tenant: string;
  Actor: string;
  Resource: string;
  Score: number;
  Reason: string;
  Percentile: number | null;
  PeerSummary: string;
  ModelId: string;
  TimeStamp: string | null;
  PredictedScore: number;
}
