/*
 * The books of a delivery. The journal has a line for each body that the service acknowledged and for each row that went to the dead
 * letters; nothing counts before its line is durable. A process that is killed leaves at most the bodies in doubt that were open then,
 * and dead letters that the journal does not know yet: those are found by their place and taken into the journal, not written again.
 */
import { DataError } from "../base/errors.js";
import { type Append, openLog } from "./appender.js";
import type { AppendLog } from "./log.js";
import type { Outbox } from "./outbox-reader.js";
import { Settled, type Span } from "./spans.js";

/** A row that will never be delivered. */
export interface Letter {
  readonly block: number;
  readonly row: number;
  readonly recordId: string;
  readonly reason: string;
  /** The row as JSON. */
  readonly record: string;
}

export interface Ledger {
  readonly settled: Settled;
  sent(span: Span): Promise<void>;
  /** Writes dead letters, then says so in the journal. */
  bury(letters: readonly Letter[]): Promise<void>;
}

/**
 * Opens the books where an earlier attempt left them.
 *
 * @throws DataError  when the journal is that of another outbox
 */
export async function openLedger(outbox: Outbox, journal: AppendLog, deadLetters: AppendLog): Promise<Ledger> {
  const settled = new Settled(outbox.blocks);
  const entries = await openLog(journal);
  if (!readJournal(entries.lines, outbox, settled)) await entries.append(JSON.stringify({ outbox: outbox.id }));
  const letters = await openLog(deadLetters);
  const unknown = buried(letters.lines, outbox.id, settled);
  await note(entries.append, settled, unknown);
  return {
    settled,
    async sent(span) {
      await entries.append(JSON.stringify({ sent: [span.block, span.first, span.count] }));
      settled.settle(span, "sent");
    },
    async bury(buriedNow) {
      await Promise.all(buriedNow.map((letter) => letters.append(lineOf(letter, outbox.id))));
      await note(entries.append, settled, buriedNow);
    },
  };
}

/**
 * Lines that are no JSON were cut by a kill: their rows are open, which is always safe.
 *
 * @returns whether the journal says already whose it is
 */
function readJournal(lines: readonly string[], { id }: Outbox, settled: Settled): boolean {
  let begun = false;
  for (const entry of lines.map(parsed)) {
    if (entry === undefined) continue;
    if (entry.outbox !== undefined) {
      begun = true;
      if (entry.outbox === id) continue;
      throw new DataError("the journal of deliveries belongs to another outbox", {
        hint: "Keep a journal with the outbox that it was begun with.",
        details: { expected: id, got: String(entry.outbox) },
      });
    }
    const as = entry.sent === undefined ? "dead" : "sent";
    const [block, first, count] = (entry[as] ?? []) as number[];
    const span = { block, first, count };
    if (!settled.holds(span)) throw new DataError("the journal of deliveries names rows that the outbox does not have");
    settled.settle(span, as);
  }
  return begun;
}

/** Dead letters of this outbox that the journal does not know. */
function buried(lines: readonly string[], id: string, settled: Settled): { block: number; row: number }[] {
  return lines.flatMap((line) => {
    const letter = parsed(line);
    if (letter?.outbox !== id || !Array.isArray(letter.at)) return [];
    const [block, row] = letter.at as [number, number];
    return settled.holds({ block, first: row, count: 1 }) && settled.isOpen(block, row) ? [{ block, row }] : [];
  });
}

async function note(append: Append, settled: Settled, rows: readonly { block: number; row: number }[]): Promise<void> {
  await Promise.all(
    rows.map(async ({ block, row }) => {
      await append(JSON.stringify({ dead: [block, row, 1] }));
      settled.settle({ block, first: row, count: 1 }, "dead");
    }),
  );
}

/** `record` is last, so that a line that was cut is no JSON. */
function lineOf({ block, row, recordId, reason, record }: Letter, outbox: string): string {
  const head = JSON.stringify({ recordId, reason, outbox, at: [block, row] });
  return `${head.slice(0, -1)},"record":${record}}`;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
