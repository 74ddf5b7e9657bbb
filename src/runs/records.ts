import { version } from "../base/version.js";
import type { CyclePlan } from "./planning.js";
import { bytesOf, type Change } from "./progress.js";
import type { Outcome, RunRecord } from "./record.js";
import type { OpenCycle } from "./run-state.js";
import type { Store } from "./store.js";

/** So many changes are named in a record. */
const mostChanges = 50;

/** The record of a cycle that begins. */
export function newRecord(cycle: Pick<OpenCycle, "number" | "run" | "started">, notes: readonly string[]): RunRecord {
  return {
    ...{ run: cycle.run, cycle: cycle.number, outcome: "open" },
    ...{ started: new Date(cycle.started).toISOString(), ended: null, attempts: 0 },
    versions: { byoml: version, node: process.versions.node },
    read: { sources: 0, bytes: 0, overwritten: 0, deleted: 0, changes: [], lost: 0, report: null },
    ...{ train: null, model: null, score: null, delivery: null, seconds: {}, notes },
  };
}

/** A record with what is to be read. */
export function planned(record: RunRecord, { slices, changes }: CyclePlan): RunRecord {
  const count = (what: Change["what"]) => changes.filter((change) => change.what === what).length;
  return {
    ...record,
    read: {
      ...{ sources: slices.length, bytes: bytesOf(slices) },
      ...{ overwritten: count("overwritten"), deleted: count("deleted") },
      ...{ changes: changes.slice(0, mostChanges), lost: 0, report: null },
    },
  };
}

/** A record with what a stage found, and the time that it took. */
export function timed(record: RunRecord, found: Partial<RunRecord>, stage: string, since: number): RunRecord {
  const took = (record.seconds[stage] ?? 0) + (performance.now() - since) / 1000;
  return { ...record, ...found, seconds: { ...record.seconds, [stage]: Math.round(took * 1000) / 1000 } };
}

/** A record with notes. Trouble that differs from what is noted in figures alone is the same at another attempt, and noted once. */
export function withNotes(record: RunRecord, notes: readonly string[]): RunRecord {
  const kindOf = (note: string) => note.replace(/\d.*/s, "");
  const known = new Set(record.notes.map(kindOf));
  return { ...record, notes: [...record.notes, ...notes.filter((note) => !known.has(kindOf(note)))] };
}

/** A record with its end. */
export function ended(record: RunRecord, outcome: Outcome, now: number): RunRecord {
  return { ...record, outcome, ended: new Date(now).toISOString() };
}

/** The object of a record: names sort by time. */
export function recordObject({ run }: Pick<RunRecord, "run">): string {
  return `runs/${run}.json`;
}

export async function writeRecord(store: Store, record: RunRecord): Promise<void> {
  await store.write(recordObject(record), Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
}

/** Writes the record of the last cycle where a kill came between its commit and that; what is noted in one that is there stays. */
export async function completeRecord(store: Store, record: RunRecord): Promise<void> {
  const bytes = await store.read(recordObject(record));
  if (bytes === null || endOf(bytes) !== record.ended) await writeRecord(store, record);
}

/** When a record says that its cycle ended; undefined where it cannot be read, as somebody has changed it. */
function endOf(bytes: Uint8Array): unknown {
  try {
    return (JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<RunRecord>).ended;
  } catch {
    return undefined;
  }
}
