import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AnomalyRow } from "../../src/delivery/columns.js";
import type { PackingLimits } from "../../src/delivery/limits.js";
import { writeOutbox } from "../../src/delivery/outbox.js";
import { type Outbox, openOutbox } from "../../src/delivery/outbox-reader.js";
import { anomalyRow } from "../../src/delivery/rows.js";

const run = { runId: "run-1", modelId: "model-1", now: new Date("2024-05-14T03:00:00Z") };

/** A row that can be delivered, another for each number. */
export function row(i: number, changes: Partial<AnomalyRow> = {}): AnomalyRow {
  const scored = {
    tenant: "contoso",
    user: `CONTOSO\\user_${i}`,
    resource: `\\\\*\\share_${i}`,
    day: 19_856,
    score: 3 + i / 7,
    reason: `CONTOSO\\user_${i} is expected to use \\\\*\\hr.`,
    percentile: 99.5,
    peers: "\\\\*\\share is used by CONTOSO\\jane.",
  };
  return { ...anomalyRow(scored, run), ...changes };
}

export const rowsUpTo = (count: number, changes: Partial<AnomalyRow> = {}) =>
  Array.from({ length: count }, (_, i) => row(i, changes));

/** A folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "byoml-delivery-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An outbox of these rows that goes with the test. */
export async function outboxOf(rows: Iterable<AnomalyRow>, limits: Partial<PackingLimits> = {}): Promise<Outbox> {
  const path = join(folder(), "outbox");
  await writeOutbox(path, rows, { limits });
  const outbox = await openOutbox(path);
  onTestFinished(() => outbox.close());
  return outbox;
}

/** A limit of bodies that so many rows of `row` fit into. */
export function bodyOf(rows: number, count = 100): number {
  const bytes = rowsUpTo(count).map((each) => Buffer.byteLength(JSON.stringify(each)));
  return rows * (Math.max(...bytes) + 1) + 2;
}
