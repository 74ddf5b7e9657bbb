import { inert } from "../base/text.js";

/** A column of a table in the terminal. */
export interface Column {
  title: string;
  align?: "left" | "right";
}

/** How many columns of the terminal a text takes. */
type Measure = (text: string) => number;

const gap = "  ";

/**
 * A table of text for a terminal `width` columns wide, a line each row.
 *
 * Names in it are chosen by attackers: every cell is made inert. Where the table is too wide, the widest columns give way, and their
 * cells are cut in the middle. East Asian characters count as the two columns that they take.
 */
export async function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): Promise<string> {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map((cell) => inert(cell)));
  const measure = await measureFor(cells.flat());
  const widths = shares(
    columns.map((_, i) => cells.reduce((most, row) => Math.max(most, measure(row[i])), 1)),
    Math.max(width - gap.length * (columns.length - 1), columns.length),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, i) => {
        const shown = cut(cell, widths[i], measure);
        const padding = " ".repeat(Math.max(widths[i] - measure(shown), 0));
        return columns[i].align === "right" ? padding + shown : shown + padding;
      })
      .join(gap)
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** The library for widths takes longer to load than a whole table of plain ASCII to print. */
async function measureFor(texts: readonly string[]): Promise<Measure> {
  if (texts.every((text) => /^[\x20-\x7e]*$/.test(text))) return (text) => text.length;
  return (await import("string-width")).default;
}

/** Widths that sum to at most `room`: the widest are lowered to one common width, the others stay as they are. */
function shares(wanted: readonly number[], room: number): number[] {
  const total = (limit: number) => wanted.reduce((sum, width) => sum + Math.min(width, limit), 0);
  let most = Math.min(Math.max(...wanted), room);
  while (most > 1 && total(most) > room) most--;
  return wanted.map((width) => Math.min(width, most));
}

/** Cuts text in the middle to at most `width` columns. */
function cut(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  if (width <= 1) return "…".slice(0, width);
  const chars = [...text];
  const head = take(chars, Math.ceil((width - 1) * 0.6), measure);
  const tail = take(chars.slice(head.length).reverse(), width - 1 - measure(head.join("")), measure).reverse();
  return `${head.join("")}…${tail.join("")}`;
}

/** The first characters that fit into `width` columns. */
function take(chars: readonly string[], width: number, measure: Measure): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const char of chars) {
    used += measure(char);
    if (used > width) break;
    taken.push(char);
  }
  return taken;
}
