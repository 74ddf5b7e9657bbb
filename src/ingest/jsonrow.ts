import { type FieldPlace, placeOf } from "./paths.js";
import type { Row } from "./rows.js";
import { follow, ownValue } from "./values.js";

/** The fields of a parsed JSON object; one row object serves all records. */
export class JsonRow implements Row {
  record: Readonly<Record<string, unknown>> = {};
  readonly #places: readonly FieldPlace[];

  constructor(fields: readonly string[]) {
    this.#places = fields.map(placeOf);
  }

  value(field: number): unknown {
    const { name, path } = this.#places[field];
    const value = ownValue(this.record, name);
    if (value !== undefined || path === null) return value;
    return follow(ownValue(this.record, path.root), path.rest);
  }
}
