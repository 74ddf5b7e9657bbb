/*
 * Names and texts in Kusto queries: https://learn.microsoft.com/kusto/query/scalar-data-types/string
 */

/** Text as a literal. Everything but printable ASCII is escaped, so that no character can end the literal or its line. */
export function kqlText(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]/g, (unit) =>
    unit === '"' || unit === "\\" ? `\\${unit}` : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

/** A name of a table or column: as it is where it can be, else in brackets. */
export function kqlName(name: string): string {
  // No keyword of the language has a capital letter.
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && /[A-Z]/.test(name) ? name : `[${kqlText(name)}]`;
}

/** A time span of whole minutes. */
export function kqlSpan(minutes: number): string {
  if (minutes % 1440 === 0 && minutes > 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 && minutes > 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** A real number, also where it is written as a whole one. */
export function kqlReal(value: number): string {
  return `real(${value})`;
}
