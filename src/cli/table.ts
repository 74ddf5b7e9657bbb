import stringWidth from "string-width";
import { inert } from "../base/text.js";

/** A column of a table in the terminal. */
export interface Column {
  title: string;
  align?: "left" | "right";
}

const gap = "  ";

/**
 * A table of text for a terminal `width` columns wide, a line each row.
 *
 * Names in it are chosen by attackers: every cell is made inert. Where the table is too wide, the widest columns give way, and their
 * cells are cut in the middle. East Asian characters count as the two columns that they take.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map((cell) => inert(cell)));
  const widths = shares(
    columns.map((_, i) => Math.max(...cells.map((row) => stringWidth(row[i])))),
    Math.max(width - gap.length * (columns.length - 1), columns.length),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, i) => {
        const shown = cut(cell, widths[i]);
        const padding = " ".repeat(widths[i] - stringWidth(shown));
        return columns[i].align === "right" ? padding + shown : shown + padding;
      })
      .join(gap)
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** Widths that sum to at most `room`: the widest are lowered to one common width, the others stay as they are. */
function shares(wanted: readonly number[], room: number): number[] {
  let most = Math.max(...wanted);
  const total = (limit: number) => wanted.reduce((sum, width) => sum + Math.min(width, limit), 0);
  while (most > 1 && total(most) > room) most--;
  return wanted.map((width) => Math.min(width, most));
}

/** Cuts text in the middle to at most `width` columns. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width <= 1) return "…".slice(0, width);
  const chars = [...text];
  const headRoom = Math.ceil((width - 1) * 0.6);
  const head = take(chars, headRoom);
  const tail = take(chars.slice(head.length).reverse(), width - 1 - stringWidth(head.join(""))).reverse();
  return `${head.join("")}…${tail.join("")}`;
}

/** The first characters that fit into `width` columns. */
function take(chars: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const char of chars) {
    used += stringWidth(char);
    if (used > width) break;
    taken.push(char);
  }
  return taken;
}
