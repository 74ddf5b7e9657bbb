import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { placeOf } from "./paths.js";
import type { Selection } from "./selection.js";

/** A field in a file with a header: the number of its column and the path below it; column -1 = not there. */
export interface ColumnPlace {
  readonly column: number;
  readonly rest: readonly string[];
}

const notThere: ColumnPlace = { column: -1, rest: [] };
const maxShown = 40;

/**
 * Finds fields among the columns of a file. Of two columns with one name the last is meant, as of two keys of a JSON object.
 *
 * @throws DataError  when a column that a flag names is not there; the message names those that are
 */
export function placeColumns(
  file: string,
  columns: readonly string[],
  fields: readonly string[],
  selection: Selection,
): ColumnPlace[] {
  const find = (field: string): ColumnPlace => {
    const { name, path } = placeOf(field);
    const column = columns.lastIndexOf(name);
    if (column >= 0) return { column, rest: [] };
    const root = path === null ? -1 : columns.lastIndexOf(path.root);
    return root < 0 ? notThere : { column: root, rest: path!.rest };
  };
  for (const { flag, field } of selection.named) {
    if (find(field).column >= 0) continue;
    const there = columns.slice(0, maxShown).map((column) => inert(column, 60));
    const more = columns.length > maxShown ? ` and ${columns.length - maxShown} more` : "";
    throw new DataError(
      `${inert(file)} has no column ${JSON.stringify(inert(field, 60))}, which ${flag} names; its columns are ${there.join(", ")}${more}`,
      {
        hint: "Upper and lower case matter. Files with other columns are read by a run of their own.",
        details: { file, flag, column: field, columns: columns.slice(0, maxShown) },
      },
    );
  }
  return fields.map(find);
}
