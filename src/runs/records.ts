import { version } from "../base/version.js";
import type { Change } from "./progress.js";
import type { Outcome, RunRecord } from "./record.js";
import type { OpenCycle } from "./run-state.js";
import type { Store } from "./store.js";

/** So many changes are named in a record. */
const mostChanges = 50;

/** The record of a cycle that has just been planned. */
export function newRecord(
  cycle: Pick<OpenCycle, "number" | "run" | "started">,
  read: { sources: number; bytes: number; changes: readonly Change[] },
): RunRecord {
  const count = (what: Change["what"]) => read.changes.filter((change) => change.what === what).length;
  return {
    ...{ run: cycle.run, cycle: cycle.number, outcome: "open" },
    ...{ started: new Date(cycle.started).toISOString(), ended: null, attempts: 0 },
    versions: { byoml: version, node: process.versions.node },
    read: {
      ...{ sources: read.sources, bytes: read.bytes, overwritten: count("overwritten"), deleted: count("deleted") },
      ...{ changes: read.changes.slice(0, mostChanges), lost: 0, report: null },
    },
    ...{ train: null, model: null, score: null, delivery: null, seconds: {}, notes: [] },
  };
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
