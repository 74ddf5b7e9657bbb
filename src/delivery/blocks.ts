/*
 * Packs rows into blocks: bodies to be sent, each a JSON array within the limit, and what can never be sent, as lines of dead letters.
 * Packing is greedy and keeps the order: a body ends only where the next row would not fit.
 */
import type { AnomalyRow } from "./columns.js";
import type { PackingLimits } from "./limits.js";
import { asLetter, prepare } from "./prepare.js";

export interface Block {
  readonly kind: "rows" | "refused";
  readonly rows: number;
  /** UTF-8: an array of rows, or a line for each refused one, `{"recordId", "reason", "record"}`, with line feeds between them. */
  readonly text: string;
}

/** What packing did, beyond the blocks. */
export interface PackingReport {
  /** Rows with a sentence that was shortened. */
  shortened: number;
  /** Rows with lone surrogates. */
  repaired: number;
}

export async function* pack(
  rows: Iterable<AnomalyRow> | AsyncIterable<AnomalyRow>,
  limits: PackingLimits,
  report: PackingReport,
): AsyncGenerator<Block> {
  const body = new Gathered("rows", limits.bodyInBytes - 2);
  const refused = new Gathered("refused", limits.bodyInBytes);
  for await (const row of rows) {
    const prepared = prepare(row, limits);
    if ("refused" in prepared) {
      const letter = `{"recordId":${JSON.stringify(row.RecordId)},"reason":${JSON.stringify(prepared.refused)},"record":${asLetter(row)}}`;
      const bytes = Buffer.byteLength(letter);
      if (!refused.fits(bytes)) yield refused.take();
      refused.add(letter, bytes);
      continue;
    }
    if (prepared.shortened) report.shortened++;
    if (prepared.repaired) report.repaired++;
    if (!body.fits(prepared.bytes)) yield body.take();
    body.add(prepared.text, prepared.bytes);
  }
  if (body.rows > 0) yield body.take();
  if (refused.rows > 0) yield refused.take();
}

/** Texts that are to become one block. */
class Gathered {
  readonly #kind: Block["kind"];
  readonly #most: number;
  #texts: string[] = [];
  #bytes = 0;

  constructor(kind: Block["kind"], most: number) {
    this.#kind = kind;
    this.#most = most;
  }

  get rows(): number {
    return this.#texts.length;
  }

  /** Whether a text of so many bytes has room, with what separates it; the first always has. */
  fits(bytes: number): boolean {
    return this.#texts.length === 0 || this.#bytes + 1 + bytes <= this.#most;
  }

  add(text: string, bytes: number): void {
    this.#bytes += bytes + (this.#texts.length > 0 ? 1 : 0);
    this.#texts.push(text);
  }

  take(): Block {
    const texts = this.#texts;
    this.#texts = [];
    this.#bytes = 0;
    const text = this.#kind === "rows" ? `[${texts.join(",")}]` : texts.join("\n");
    return { kind: this.#kind, rows: texts.length, text };
  }
}
