import type { PlacedName, RowProgram } from "../counting/rowprogram.js";
import type { NameSource, Selection } from "./selection.js";

/** A selection with its fields numbered, so that a format finds its columns once: what decides rows asks for values by number. */
export interface RowRules extends RowProgram {
  /** Every field that may be asked for. */
  readonly fields: readonly string[];
}

export function rulesOf(selection: Selection): RowRules {
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
    textOnly: text,
  });
  const rules = {
    user: selection.user.map(placeName),
    resource: selection.resource.map(placeName),
    tenant: selection.tenant.map(placeName),
    time: selection.time.map(place),
    weight: selection.weight === null ? -1 : place(selection.weight.field),
    weightRequired: selection.weight?.required ?? false,
    recordId: selection.recordId === null ? -1 : place(selection.recordId),
    where: selection.where.map(({ fields, values, ifAbsent }) => ({
      fields: fields.map(place),
      values,
      needNames: ifAbsent === "need-names",
    })),
    bounded: selection.since !== null || selection.until !== null,
    since: selection.since ?? Number.NEGATIVE_INFINITY,
    until: selection.until ?? Number.POSITIVE_INFINITY,
  };
  return { ...rules, fields: [...places.keys()] };
}
