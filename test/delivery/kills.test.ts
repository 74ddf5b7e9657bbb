import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Accounting } from "../../src/delivery/accounting.js";
import { deliver } from "../../src/delivery/deliver.js";
import { type Outbox, rowsOf } from "../../src/delivery/outbox-reader.js";
import { TestClock } from "./clock.js";
import { MemoryLog } from "./logs.js";
import { bodyOf, outboxOf, rowsUpTo } from "./rows.js";
import { type Fault, World } from "./service.js";

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fault>("none") },
  { weight: 6, arbitrary: fc.constantFrom<Fault>("temporary", "throttled", "lost-reply", "kill-before", "kill-after") },
);

/** At which append of a log the process ends, and which part of the bytes is kept; each happens once. */
const kills = fc.array(fc.tuple(fc.integer({ min: 1, max: 25 }), fc.double({ min: 0, max: 1, noNaN: true })), {
  maxLength: 4,
});

const cases = fc.record({
  rows: fc.integer({ min: 0, max: 40 }),
  rowsInBody: fc.integer({ min: 1, max: 12 }),
  /** Of the service; those that packing refuses; those that the service refuses. */
  mostRows: fc.integer({ min: 1, max: 12 }),
  unsendable: fc.array(fc.nat({ max: 39 }), { maxLength: 6 }),
  bad: fc.array(fc.nat({ max: 39 }), { maxLength: 6 }),
  faults: fc.array(fault, { maxLength: 40 }),
  journalKills: kills,
  letterKills: kills,
  concurrency: fc.integer({ min: 1, max: 4 }),
});

describe("delivery, ended anywhere and begun again until all is done", () => {
  it("stores every record or has it in the dead letters once, and doubles only what was open", () =>
    fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const rows = rowsUpTo(given.rows).map((row, i) =>
          given.unsendable.includes(i) ? { ...row, Score: Number.NaN } : row,
        );
        const outbox = await outboxOf(rows, { bodyInBytes: bodyOf(given.rowsInBody) });
        const bad = new Set(given.bad.flatMap((i) => rows[i]?.RecordId ?? []));
        const world = new World(given.faults, (id) => bad.has(id), given.mostRows);
        const logOf = (endings: readonly (readonly [number, number])[]) => {
          const at = new Map(endings);
          const log: MemoryLog = new MemoryLog((keep, bytes) => {
            if (world.dead) world.kill();
            const part = at.get(log.appends);
            if (part === undefined) return;
            keep(Math.floor(part * bytes.length));
            world.kill();
          });
          return log;
        };
        const journal = logOf(given.journalKills);
        const deadLetters = logOf(given.letterKills);
        const limits = { concurrency: given.concurrency, refusals: 1e9, refusalsBeforeFirst: 1e9, retries: 3 };
        const ids = await idsOf(outbox);
        const journalled = () => new Set(journal.entries.flatMap((entry) => spanOf(entry, ids)));

        let accounting: Accounting | undefined;
        for (let life = 0; life < 100; life++) {
          const before = journalled();
          const onProgress = () => world.acknowledged(journalled());
          const common = { outbox, transport: world, journal, deadLetters, limits, onProgress };
          accounting = await deliver({ ...common, clock: new TestClock(), random: () => 0 }).catch((error: unknown) => {
            if (!world.dead) throw error;
            return undefined;
          });
          for (const id of before) expect(journalled()).toContain(id);
          if (!world.dead) {
            const { total, sent, deadLettered, unsent, failure } = accounting!;
            expect(sent + deadLettered + unsent).toBe(total);
            expect(total).toBe(given.rows);
            expect(unsent === 0).toBe(failure === undefined);
            if (unsent === 0) break;
          }
          expect(world.restart(journalled())).toBeLessThanOrEqual(given.concurrency);
        }

        const never = new Set(
          rows
            .filter(({ RecordId, Score }) => Number.isNaN(Score) || bad.has(RecordId))
            .map(({ RecordId }) => RecordId),
        );
        expect(accounting).toMatchObject({ sent: given.rows - never.size, deadLettered: never.size, unsent: 0 });
        expect([...world.stored.keys()].sort()).toEqual(
          rows.flatMap(({ RecordId }) => (never.has(RecordId) ? [] : RecordId)).sort(),
        );
        expect(deadLetters.entries.map(({ recordId }) => recordId).sort()).toEqual([...never].sort());
        for (const [id, times] of world.stored) expect(times).toBeLessThanOrEqual(1 + (world.excused.get(id) ?? 0));
      }),
      { numRuns: 200 },
    ));
});

/** The ids of each block's rows. */
async function idsOf(outbox: Outbox): Promise<string[][]> {
  return Promise.all(
    outbox.blocks.map(async (_, block) =>
      rowsOf(outbox, block, await outbox.read(block)).map((text) => {
        const row = JSON.parse(text) as { RecordId?: string; recordId?: string };
        return (row.RecordId ?? row.recordId)!;
      }),
    ),
  );
}

/** The records that a line of the journal is about. */
function spanOf(entry: Record<string, unknown>, ids: readonly (readonly string[])[]): string[] {
  const [block, first, count] = (entry.sent ?? entry.dead ?? [-1, 0, 0]) as [number, number, number];
  return ids[block]?.slice(first, first + count) ?? [];
}
