/*
 * One row as JSON, if it can be delivered at all. What the service would change in silence is changed visibly here, or refused:
 *
 *   text longer than a field    our own sentences are shortened, and end in a note; a name or an id must stay exact: refused
 *   lone surrogates             UTF-8 has none: each becomes U+FFFD, as in any text that is written as UTF-8. Refusing the row would let
 *                               whoever chooses a name keep it out of the table; RecordId tells such names apart all the same
 *   numbers that are not finite, times that no calendar has, texts that are missing: refused
 */
import { type AnomalyRow, columns } from "./columns.js";
import type { PackingLimits } from "./limits.js";

export type Prepared =
  | { readonly text: string; readonly bytes: number; readonly shortened: boolean; readonly repaired: boolean }
  | { readonly refused: string };

/** Sentences of ours, which lose nothing that is not elsewhere. */
const sentences: ReadonlySet<string> = new Set(["Reason", "PeerSummary"]);
const nullable: ReadonlySet<string> = new Set(["EventTime", "Percentile", "TimeStamp"]);
const note = "… (shortened)";

export function prepare(row: AnomalyRow, { bodyInBytes, fieldInBytes }: PackingLimits): Prepared {
  const values: Record<string, unknown> = {};
  let shortened = false;
  let repaired = false;
  for (const { name, type } of columns) {
    const value = row[name] as unknown;
    values[name] = value;
    if (value === null && nullable.has(name)) continue;
    if (type === "real") {
      if (!Number.isFinite(value)) return { refused: `${name} is not a finite number` };
      continue;
    }
    if (typeof value !== "string") return { refused: `${name} is not a text` };
    if (type === "datetime") {
      if (!isTime(value)) return { refused: `${name} is not a time in ISO 8601 in UTC, of the years 1 to 9999` };
      continue;
    }
    let text = value.toWellFormed();
    repaired ||= text !== value;
    if (text.length * 3 > fieldInBytes && Buffer.byteLength(text) > fieldInBytes) {
      if (!sentences.has(name)) return { refused: `${name} is longer than ${fieldInBytes} bytes of UTF-8` };
      text = cut(text, fieldInBytes);
      shortened = true;
    }
    values[name] = text;
  }
  const text = JSON.stringify(values);
  const bytes = Buffer.byteLength(text);
  if (bytes + 2 > bodyInBytes) return { refused: `the row alone is longer than a body of ${bodyInBytes} bytes` };
  return { text, bytes, shortened, repaired };
}

/** A row as it was, for the dead letters: JSON has no number for those that are not finite, so they are texts. */
export function asLetter(row: AnomalyRow): string {
  return JSON.stringify(row, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : (value as unknown),
  );
}

function isTime(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/.test(text) || text.startsWith("0000")) return false;
  const time = new Date(text);
  // 31 February is read as 2 or 3 March
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}

/** At most so many bytes of UTF-8, whole characters, with a note at the end. */
function cut(text: string, most: number): string {
  const bytes = Buffer.from(text);
  let end = Math.max(0, most - Buffer.byteLength(note));
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end) + note;
}
