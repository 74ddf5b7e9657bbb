import { NO_DAY, NO_TENANT } from "../interactions/accesses.js";
import type { UserMatcher } from "./allowlist.js";
import type { NameSource, Selection } from "./selection.js";
import { addDays, type Tally } from "./tally.js";
import { dayOf, parseTime } from "./time.js";
import { numberOf, textOf } from "./values.js";

/** One row of any format: gives the value of a field by its place in `RowCounter.fields`, undefined where it has none. */
export interface Row {
  value(field: number): unknown;
}

interface PlacedName {
  field: number;
  /** -1 = none. */
  domain: number;
  /** Text alone is a name. */
  text: boolean;
}

/** Instead of a name: there is none, or there is something that is none. */
const NO_NAME = "";
const BAD_NAME = null;

/**
 * Applies a selection to rows and counts them: the one place that decides what an access is, for every format.
 *
 * The selection's fields are numbered once, so that a format finds its columns once; a row is asked only for what is needed to
 * decide, conditions first. Nothing is kept of a row but its ids.
 */
export class RowCounter {
  /** Every field that may be asked for. */
  readonly fields: readonly string[];
  readonly #tally: Tally;
  readonly #allowList: UserMatcher | undefined;
  /** What the allow-list says of each user seen: matching a pattern costs more than a look-up. */
  readonly #allowed = new Map<string, boolean>();
  readonly #user: PlacedName[];
  readonly #resource: PlacedName[];
  readonly #tenant: PlacedName[];
  readonly #time: number[];
  readonly #weight: number;
  readonly #weightRequired: boolean;
  readonly #where: { fields: number[]; values: Set<string>; needNames: boolean }[];
  readonly #since: number;
  readonly #until: number;
  readonly #bounded: boolean;

  constructor(selection: Selection, tally: Tally, allowList?: UserMatcher) {
    const places = new Map<string, number>();
    const place = (field: string): number => {
      const known = places.get(field);
      if (known !== undefined) return known;
      places.set(field, places.size);
      return places.size - 1;
    };
    const placeName = ({ field, domain, text = false }: NameSource): PlacedName => ({
      field: place(field),
      domain: domain === undefined ? -1 : place(domain),
      text,
    });
    this.#tally = tally;
    this.#allowList = allowList;
    this.#user = selection.user.map(placeName);
    this.#resource = selection.resource.map(placeName);
    this.#tenant = selection.tenant.map(placeName);
    this.#time = selection.time.map(place);
    this.#weight = selection.weight === null ? -1 : place(selection.weight.field);
    this.#weightRequired = selection.weight?.required ?? false;
    this.#where = selection.where.map(({ fields, values, ifAbsent }) => ({
      fields: fields.map(place),
      values: new Set(values),
      needNames: ifAbsent === "need-names",
    }));
    this.#since = selection.since ?? Number.NEGATIVE_INFINITY;
    this.#until = selection.until ?? Number.POSITIVE_INFINITY;
    this.#bounded = selection.since !== null || selection.until !== null;
    this.fields = [...places.keys()];
  }

  /** Counts a row or says in the tally why not. */
  take(row: Row): void {
    const { counts, counter } = this.#tally;
    const { leftOut } = counts;
    counts.lines++;
    if (!this.#selected(row)) {
      leftOut.notSelected++;
      return;
    }
    const time = parseTime(firstPresent(row, this.#time));
    const timeless = Number.isNaN(time);
    if (this.#bounded && !(time >= this.#since && time < this.#until)) {
      if (timeless) counts.noTime++;
      leftOut.outsideTime++;
      return;
    }
    const user = nameOf(row, this.#user);
    if (!user) {
      leftOut[user === BAD_NAME ? "badField" : "noUser"]++;
      return;
    }
    const resource = nameOf(row, this.#resource);
    if (!resource) {
      leftOut[resource === BAD_NAME ? "badField" : "noResource"]++;
      return;
    }
    const given = this.#weight < 0 ? undefined : row.value(this.#weight);
    const weighted = this.#weightRequired || given !== undefined;
    const weight = weighted ? numberOf(given) : 1;
    if (Number.isNaN(weight)) {
      leftOut.badWeight++;
      return;
    }
    if (this.#isAllowed(user)) {
      leftOut.allowListed++;
      return;
    }
    const day = timeless ? NO_DAY : dayOf(time);
    if (timeless) counts.noTime++;
    else addDays(counts, day, day);
    if (weighted) counts.weighted++;
    counts.counted++;
    counter.add(nameOf(row, this.#tenant) || NO_TENANT, user, resource, day, weight);
  }

  #selected(row: Row): boolean {
    for (const { fields, values, needNames } of this.#where) {
      const value = firstPresent(row, fields);
      if (value === undefined) {
        if (!needNames || !nameOf(row, this.#user) || !nameOf(row, this.#resource)) return false;
      } else if (!values.has(textOf(value))) return false;
    }
    return true;
  }

  #isAllowed(user: string): boolean {
    if (this.#allowList === undefined) return false;
    let allowed = this.#allowed.get(user);
    if (allowed === undefined) {
      allowed = this.#allowList.matches(user);
      this.#allowed.set(user, allowed);
    }
    return allowed;
  }
}

/** The first name that a row has; else BAD_NAME where one of its fields is there, NO_NAME where none is. */
function nameOf(row: Row, sources: readonly PlacedName[]): string | typeof BAD_NAME {
  let none: typeof NO_NAME | typeof BAD_NAME = NO_NAME;
  for (const { field, domain, text } of sources) {
    const value = row.value(field);
    if (value === undefined || value === null || value === "") continue;
    const name = text && typeof value !== "string" ? "" : textOf(value);
    if (name === "") {
      none = BAD_NAME;
      continue;
    }
    const prefix = domain < 0 ? "" : textOf(row.value(domain));
    return prefix === "" ? name : `${prefix}\\${name}`;
  }
  return none;
}

/** The first value that is there, neither null nor empty text. */
function firstPresent(row: Row, fields: readonly number[]): unknown {
  for (const field of fields) {
    const value = row.value(field);
    if (value !== undefined && value !== null && value !== "") return value;
  }
  return undefined;
}
