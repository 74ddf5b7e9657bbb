/*
 * What a line of JSON must hold for one of its records to be selected: texts that a search can look for instead of reading the line.
 *
 *   EventID is 5140 or 5145, or there is none and a ShareName or res  ->  5140 | 5145 | ShareName | "res" | \u00XX of their characters
 *
 * Why no line is missed that has a selected record:
 *
 * 1. A value is selected for its text. Of a number that is a start of what is written (`decimalOf`), of true and false all of it. Of a
 *    text each character is written as itself or as an escape; printable ASCII but for `"`, `\` and `/` has no escape but `\u00XX`.
 *    So a line with the value holds a stretch of such characters as it is, or the escape of one of them.
 * 2. The same is true of keys, and a key ends with a quote that is never escaped.
 * 3. A dotted path may lead through texts that hold JSON. What stands in one, a stretch or an escape `\u00XX`, is again written as
 *    itself or with an escape of one of its characters: then of the stretch, the backslash, `u` or a hexadecimal digit. A backslash
 *    that became two is still one before the `u`. So such a line holds the stretch or the escape of one of all these.
 *
 * That a needle stands anywhere proves nothing: lines that are hit are read.
 */
import type { NeedleSet } from "../wasm/needle-image.js";
import { placeOf } from "./paths.js";
import type { Condition, NameSource, Selection } from "./selection.js";

/** The kernel's limit. */
const longest = 32;

/** What an escape of an escape may be of. */
const escapeCharacters = "\\u0123456789abcdefABCDEF";

/** One of these needles, and whether JSON within texts can hold them. */
interface Found {
  readonly texts: readonly string[];
  readonly nested: boolean;
}

/**
 * The needles of which every line with a selected record holds one at least; null where there are none, and all lines must be read.
 * They are those of one condition: all conditions must hold. Rows that are selected but not counted, for their time or names, count
 * as selected here.
 */
export function needlesOf(selection: Selection): NeedleSet | null {
  const candidates = selection.where
    .map((condition) => ({ condition, found: ofCondition(condition, selection) }))
    .flatMap(({ condition, found }) => (found === null ? [] : [{ condition, found }]))
    .sort((a, b) => Number(needsNames(a.condition)) - Number(needsNames(b.condition)) || shortest(b) - shortest(a));
  const [best] = candidates;
  return best === undefined ? null : needleSet(best.found);
}

const needsNames = ({ ifAbsent }: Condition) => ifAbsent === "need-names";
const shortest = ({ found }: { found: Found }) => Math.min(...found.texts.map(({ length }) => length));

function needleSet({ texts, nested }: Found): NeedleSet {
  const needed = texts.filter(
    (text, at) => !texts.some((other, i) => i !== at && text.includes(other) && (text !== other || i < at)),
  );
  const characters = new Set(needed.join("").replaceAll('"', "") + (nested ? escapeCharacters : ""));
  return { texts: needed, escaped: [...characters].join("") };
}

function ofCondition({ fields, values, ifAbsent }: Condition, selection: Selection): Found | null {
  const nested = fields.some(isPath);
  const ofValues = all(values.map(stretchOf), nested);
  if (ofValues === null || ifAbsent === "leave-out") return ofValues;
  // every event has a user, few have a resource
  const ofNames = ofKeys(selection.resource) ?? ofKeys(selection.user);
  return ofNames && { texts: [...ofValues.texts, ...ofNames.texts], nested: nested || ofNames.nested };
}

/** Of the keys of which a record has one at least that has such a name. */
function ofKeys(sources: readonly NameSource[]): Found | null {
  return all(
    sources.map(({ field }) => keyOf(field)),
    sources.some(({ field }) => isPath(field)),
  );
}

function keyOf(field: string): string {
  const { path } = placeOf(field);
  // the last name of a path is in the path's own text too; in a text that holds JSON its quotes may be escapes
  if (path !== null) return stretchOf(path.rest.at(-1) ?? "");
  const stretch = stretchOf(field);
  return stretch === field && field.length <= longest - 2 ? `"${field}"` : stretch;
}

function isPath(field: string): boolean {
  return placeOf(field).path !== null;
}

/** A single byte is in nearly every line: no needle. */
function all(texts: readonly string[], nested: boolean): Found | null {
  return texts.length === 0 || texts.some(({ length }) => length < 2) ? null : { texts, nested };
}

/** The longest stretch of characters that are written as themselves or as \u00XX, or its start; "" where there is none. */
function stretchOf(text: string): string {
  const stretches = text.match(/[ !#-.0-[\]-~]+/g) ?? [];
  return stretches.reduce((best, stretch) => (stretch.length > best.length ? stretch : best), "").slice(0, longest);
}
