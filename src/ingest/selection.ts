import { OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { parseIsoTime } from "./time.js";

/** What to read of a record, as the command line and the library take it. Names are of columns, or dotted paths into them. */
export interface SelectionOptions {
  tenant?: string;
  user?: string;
  resource?: string;
  time?: string;
  /** A column whose value is summed instead of 1 a row. */
  weight?: string;
  /** `FIELD=VALUE[,VALUE]`: the field's text is one of the values, which cannot hold a comma. All must hold. */
  where?: readonly string[];
  /** The column of the record's id: records with one that was counted before are not counted again. `_ItemId` by default. */
  recordId?: string;
  /** ISO date or time, inclusive; a date means its start in UTC. */
  since?: string;
  /** ISO date or time, exclusive; a date means its start in UTC, so `--until 2026-02-01` leaves out all of February. */
  until?: string;
}

/** Where a name may stand: a field, with the field of a domain before it in the form `DOMAIN\name`. */
export interface NameSource {
  readonly field: string;
  readonly domain?: string;
  /** Whether the field is text by its schema: a number or a boolean there is no name. */
  readonly text?: boolean;
}

/** A condition that rows must meet: the first of `fields` that a row has holds one of `values`, compared as text. */
export interface Condition {
  readonly fields: readonly string[];
  readonly values: readonly string[];
  /** What becomes of a row with none of the fields: it is left out, or passes if it has both a user and a resource. */
  readonly ifAbsent: "leave-out" | "need-names";
}

/** Whether the times that are selected are those that exports have their rows in folders by: times of another column say nothing of folders. */
export function isByFolder({ time }: Pick<SelectionOptions, "time">): boolean {
  return time === undefined || time === "TimeGenerated";
}

/**
 * Where user, resource, tenant, time and weight of an access are found and which rows count: plain data, whatever the format.
 *
 * In each list the first that gives a value is taken. A value is text, a number or a boolean (taken as its text); null, empty text,
 * objects and arrays are none. A row whose user or resource is none, but is there as an object or array, or as a number or boolean
 * in a field that is text by its schema, has a bad field: that is counted by itself.
 */
export interface Selection {
  readonly user: readonly NameSource[];
  readonly resource: readonly NameSource[];
  /** Rows without a tenant are of tenant "0". */
  readonly tenant: readonly NameSource[];
  readonly time: readonly string[];
  /** A row without the weight's field is left out where the field is required, else it counts as 1. Null: rows count as 1. */
  readonly weight: { readonly field: string; readonly required: boolean } | null;
  /** Where a record has its id, by which one that stands twice is counted once. Null: every record counts. */
  readonly recordId: string | null;
  readonly where: readonly Condition[];
  /** Milliseconds since 1970-01-01 UTC: rows at or after `since` and before `until`; null = no bound. */
  readonly since: number | null;
  readonly until: number | null;
  /** The columns that were asked for by a flag: formats with a header refuse a file without them. */
  readonly named: readonly { readonly flag: string; readonly field: string }[];
}

/** The column that SynapseML and byoml keep likelihoods in: sums of it are not divided by days. */
export const likelihoodColumn = "likelihood";

/** The id that Log Analytics gives each record. */
const recordIdColumn = "_ItemId";

/** Windows event names at the top level, then as Winlogbeat nests them (up to version 6, from version 7), then SynapseML's. */
const defaults = {
  user: [
    { field: "Account", text: true },
    { field: "SubjectUserName", domain: "SubjectDomainName", text: true },
    { field: "event_data.SubjectUserName", domain: "event_data.SubjectDomainName", text: true },
    { field: "winlog.event_data.SubjectUserName", domain: "winlog.event_data.SubjectDomainName", text: true },
    { field: "user" },
  ],
  resource: [
    { field: "ShareName", text: true },
    { field: "event_data.ShareName", text: true },
    { field: "winlog.event_data.ShareName", text: true },
    { field: "res" },
  ],
  tenant: [{ field: "TenantId" }, { field: "tenant" }],
  time: ["TimeGenerated", "TimeCreated", "@timestamp", "EventTime"],
  /** A share was accessed; a file on a share was. */
  where: {
    fields: ["EventID", "event_id", "winlog.event_id"],
    values: ["5140", "5145"],
    ifAbsent: "need-names",
  },
} as const;

/**
 * The selection that options mean. Without any: file-share accesses of Windows (events 5140 and 5145), and rows that need no
 * selection because they are accesses already (SynapseML's columns tenant, user, res, likelihood).
 *
 * @throws OptionError  naming the flag
 */
export function resolveSelection(options: SelectionOptions = {}): Selection {
  const named: { flag: string; field: string }[] = [];
  const column = (flag: string, field: string | undefined): string | undefined => {
    if (field === undefined) return undefined;
    if (field === "") throw new OptionError(flag, "expected the name of a column, got none");
    named.push({ flag, field });
    return field;
  };
  const user = column("--user", options.user);
  const resource = column("--resource", options.resource);
  const tenant = column("--tenant", options.tenant);
  const time = column("--time", options.time);
  const weight = column("--weight", options.weight);
  const where = (options.where ?? []).map(parseCondition);
  for (const condition of where) column("--where", condition.fields[0]);
  const recordId = column("--record-id", options.recordId) ?? recordIdColumn;
  const since = parseBound("--since", options.since);
  const until = parseBound("--until", options.until);
  if (since !== null && until !== null && since >= until)
    throw new OptionError("--until", `a time after --since ${options.since}`, options.until);

  const ownNames = user !== undefined || resource !== undefined;
  return {
    user: user === undefined ? defaults.user : [{ field: user }],
    resource: resource === undefined ? defaults.resource : [{ field: resource }],
    tenant: tenant === undefined ? defaults.tenant : [{ field: tenant }],
    time: time === undefined ? defaults.time : [time],
    weight:
      weight === undefined
        ? ownNames
          ? null
          : { field: likelihoodColumn, required: false }
        : { field: weight, required: true },
    recordId,
    where: where.length > 0 ? where : ownNames ? [] : [defaults.where],
    since,
    until,
    named,
  };
}

/** What the sums of a weight column are, by its name. */
export function weightKindOf(field: string): "count" | "likelihood" {
  return field.toLowerCase() === likelihoodColumn ? "likelihood" : "count";
}

/** The selection's conditions on rows, in words, for messages. */
export function describeWhere(selection: Selection): string {
  return selection.where.map(({ fields, values }) => inert(`${fields[0]}=${values.join(",")}`, 80)).join(" and ");
}

function parseCondition(text: string): Condition {
  const at = text.indexOf("=");
  const values = at < 0 ? [] : text.slice(at + 1).split(",");
  if (at < 1 || values.includes("")) throw new OptionError("--where", "FIELD=VALUE or FIELD=VALUE,VALUE…", text);
  return { fields: [text.slice(0, at)], values, ifAbsent: "leave-out" };
}

function parseBound(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const time = parseIsoTime(text);
  if (Number.isNaN(time))
    throw new OptionError(
      flag,
      "an ISO date or time of the years 1601 to 9999, such as 2026-01-31 or 2026-01-31T08:00Z",
      text,
    );
  return time;
}
