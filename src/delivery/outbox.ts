/*
 * The outbox: the rows of one run, packed once, as a file that is read as often as delivery needs.
 *
 *   [{…},{…}]                                     a block of rows: a body as it is sent
 *   {"recordId":…,"reason":…,"record":{…}}        a block of rows that can never be sent
 *   {"blocks":[…],"shortened":0,"repaired":0}     the index: kind, place, length, rows and SHA-256 of each block
 *   byoml-outbox 1 <place of the index> <SHA-256 of the index>
 *
 * The last line is the seal. Without it, or where any byte of an index or a block is another, the outbox is refused.
 */
import { sha256 } from "../base/checksum.js";
import { replaceFile } from "../base/file.js";
import { type Block, type PackingReport, pack } from "./blocks.js";
import type { AnomalyRow } from "./columns.js";
import { limitsOf, type PackingLimits, packingDefaults } from "./limits.js";

/** Where a block is, and what it must be. */
export interface BlockEntry {
  readonly kind: Block["kind"];
  /** Byte offset and bytes. */
  readonly at: number;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}

export interface OutboxIndex extends PackingReport {
  readonly blocks: readonly BlockEntry[];
}

export interface OutboxReport extends PackingReport {
  /** Rows to send, those refused already, and both. */
  readonly rows: number;
  readonly refused: number;
  readonly total: number;
  readonly bodies: number;
  /** Of the file. */
  readonly bytes: number;
}

/** 57 characters and two numbers: always as long, so that it is found from the end. */
export function sealOf(at: number, index: string): string {
  return `byoml-outbox 1 ${String(at).padStart(16, "0")} ${sha256(index)}\n`;
}

export const sealInBytes = sealOf(0, "").length;

/**
 * Writes an outbox; it is there whole and sealed, or not at all. Rows are taken one after the other and never held together.
 *
 * @throws OptionError  when a limit is no positive number
 */
export async function writeOutbox(
  path: string,
  rows: Iterable<AnomalyRow> | AsyncIterable<AnomalyRow>,
  { limits, signal }: { limits?: Partial<PackingLimits>; signal?: AbortSignal } = {},
): Promise<OutboxReport> {
  const blocks: BlockEntry[] = [];
  const report: PackingReport = { shortened: 0, repaired: 0 };
  const packing = limitsOf(packingDefaults, limits);
  async function* content(): AsyncGenerator<Uint8Array | string> {
    let at = 0;
    for await (const { kind, rows: count, text } of pack(rows, packing, report)) {
      const bytes = Buffer.from(text);
      blocks.push({ kind, at, bytes: bytes.length, rows: count, sha256: sha256(bytes) });
      yield bytes;
      yield "\n";
      at += bytes.length + 1;
    }
    const index = `${JSON.stringify({ blocks, ...report } satisfies OutboxIndex)}\n`;
    yield index;
    yield sealOf(at, index);
  }
  const bytes = await replaceFile(path, content(), { signal });
  const count = (kind: Block["kind"]) => blocks.reduce((sum, block) => sum + (block.kind === kind ? block.rows : 0), 0);
  const refused = count("refused");
  const sendable = count("rows");
  const bodies = blocks.filter(({ kind }) => kind === "rows").length;
  return { rows: sendable, refused, total: sendable + refused, bodies, bytes, ...report };
}
