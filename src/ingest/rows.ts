import type { PlacedName } from "../counting/rowprogram.js";
import { NO_DAY, NO_TENANT } from "../interactions/accesses.js";
import type { UserMatcher } from "./allowlist.js";
import type { RowRules } from "./rules.js";
import type { Tally } from "./tally.js";
import { dayOf, parseTime } from "./time.js";
import { numberOf, textOf } from "./values.js";

/** One row of any format: gives the value of a field by its place in `RowCounter.fields`, undefined where it has none. */
export interface Row {
  value(field: number): unknown;
}

/** Instead of a name: there is none, or there is something that is none. */
const NO_NAME = "";
const BAD_NAME = null;

/**
 * Applies a selection's rules to rows and counts them: what decides what an access is, in words. Rows of cells are decided by a kernel
 * to the same effect (assembly/takerows.ts), which leaves to this what is rare.
 *
 * A row is asked only for what is needed to decide, conditions first. Nothing is kept of a row but its ids.
 */
export class RowCounter {
  /** Every field that may be asked for. */
  readonly fields: readonly string[];
  readonly #rules: RowRules;
  readonly #where: { fields: readonly number[]; values: Set<string>; needNames: boolean }[];
  readonly #tally: Tally;
  readonly #allowList: UserMatcher | undefined;
  /** What the allow-list says of each user seen: matching a pattern costs more than a look-up. */
  readonly #allowed = new Map<string, boolean>();

  constructor(rules: RowRules, tally: Tally, allowList?: UserMatcher) {
    this.#rules = rules;
    this.#where = rules.where.map(({ values, ...rest }) => ({ ...rest, values: new Set(values) }));
    this.#tally = tally;
    this.#allowList = allowList;
    this.fields = rules.fields;
  }

  /** Counts a row or says in the tally why not. */
  take(row: Row): void {
    const { counts } = this.#tally;
    const { leftOut } = counts;
    const rules = this.#rules;
    counts.lines++;
    if (!this.#selected(row)) {
      leftOut.notSelected++;
      return;
    }
    const time = parseTime(firstPresent(row, rules.time));
    const timeless = Number.isNaN(time);
    if (rules.bounded && !(time >= rules.since && time < rules.until)) {
      if (timeless) counts.noTime++;
      leftOut.outsideTime++;
      return;
    }
    const user = nameOf(row, rules.user);
    if (!user) {
      leftOut[user === BAD_NAME ? "badField" : "noUser"]++;
      return;
    }
    const resource = nameOf(row, rules.resource);
    if (!resource) {
      leftOut[resource === BAD_NAME ? "badField" : "noResource"]++;
      return;
    }
    const given = rules.weight < 0 ? undefined : row.value(rules.weight);
    const weighted = rules.weightRequired || given !== undefined;
    const weight = weighted ? numberOf(given) : 1;
    if (Number.isNaN(weight)) {
      leftOut.badWeight++;
      return;
    }
    if (this.allows(user)) {
      leftOut.allowListed++;
      return;
    }
    this.#tally.add({
      tenant: nameOf(row, rules.tenant) || NO_TENANT,
      ...{ user, resource, weight, weighted },
      day: timeless ? NO_DAY : dayOf(time),
      recordId: rules.recordId < 0 ? "" : textOf(row.value(rules.recordId)),
    });
  }

  #selected(row: Row): boolean {
    for (const { fields, values, needNames } of this.#where) {
      const value = firstPresent(row, fields);
      if (value === undefined) {
        if (!needNames || !nameOf(row, this.#rules.user) || !nameOf(row, this.#rules.resource)) return false;
      } else if (!values.has(textOf(value))) return false;
    }
    return true;
  }

  /** Whether a user is on the allow-list. */
  allows(user: string): boolean {
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
  for (const { field, domain, textOnly } of sources) {
    const value = row.value(field);
    if (value === undefined || value === null || value === "") continue;
    const name = textOnly && typeof value !== "string" ? "" : textOf(value);
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
