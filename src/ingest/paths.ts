/** Where a field stands: under exactly its name or, where there is no such name, at a dotted path below another. */
export interface FieldPlace {
  readonly name: string;
  /** The first name of the path and what follows it; null for a name without a dot inside. */
  readonly path: { readonly root: string; readonly rest: readonly string[] } | null;
}

export function placeOf(field: string): FieldPlace {
  const [root, ...rest] = field.split(".");
  return { name: field, path: root !== "" && rest.length > 0 && !rest.includes("") ? { root, rest } : null };
}
