/*
 * Values of fields as names and numbers, the same for every format: JSON values, the text of CSV, the values of Parquet.
 */
import { Decimal, decimalOf } from "./decimal.js";
import { literalAt } from "./jsontext.js";

const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The text of a value, or "" where it is no name: null, absent, an object, an array, not finite. */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? String(value) : "";
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return value instanceof Decimal ? value.text : "";
  }
}

/** A finite number, or one written as text; NaN for everything else. */
export function numberOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : Number.NaN;
    case "bigint":
      return Number(value);
    case "string": {
      const number = NUMERIC.test(value) ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? number : Number.NaN;
    }
    default:
      return value instanceof Decimal ? numberOf(value.value) : Number.NaN;
  }
}

/** A field's own value: undefined for what an object merely inherits (`constructor`, `__proto__` …). */
export function ownValue(object: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = object[name];
  if (value === undefined || (name in Object.prototype && !Object.hasOwn(object, name))) return undefined;
  return value;
}

/**
 * Follows the rest of a dotted path into a value.
 *
 * A dynamic column of Log Analytics is an object, but some exports hold it as JSON text: both are followed. A number in such a text
 * is as `decimalOf` has it.
 */
export function follow(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const [depth, name] of path.entries()) {
    if (typeof at === "string") return followText(at, path.slice(depth));
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = ownValue(at as Record<string, unknown>, name);
  }
  return at;
}

/** Follows a path of one name or more into the text of an object. */
function followText(text: string, path: readonly string[]): unknown {
  let at = objectIn(text);
  for (const [depth, name] of path.entries()) {
    if (typeof at === "string") return followText(at, path.slice(depth));
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = ownValue(at as Record<string, unknown>, name);
  }
  return typeof at === "number" ? decimalOf(literalAt(text, path)) : at;
}

function objectIn(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
