/*
 * Looks at a state and at what arrived, after all is done: nothing may be lost, counted twice or delivered by two cycles. The model must
 * be that of the first cycle, so that what is unusual is known.
 */
import { AccessAnomalyModel } from "../../src/access/model.js";
import type { AnomalyRow } from "../../src/delivery/columns.js";
import { recordIdOf } from "../../src/delivery/record-id.js";
import { readCounts } from "../../src/runs/counts.js";
import type { RunRecord } from "../../src/runs/record.js";
import { parseState, type RunState } from "../../src/runs/run-state.js";
import { StateFile } from "../../src/runs/state.js";
import type { Store } from "../../src/runs/store.js";
import type { Event } from "./office.js";

export interface Audit {
  cycles: number;
  /** Rows that are to be there; rows that are there; those that are there more than once. */
  expected: number;
  stored: number;
  repeated: number;
  /** What is wrong, a line each; nothing if all is well. */
  faults: string[];
}

/** @param rows  as they were stored, with those that were stored again */
export async function audit(
  store: Store,
  events: readonly Event[],
  rows: readonly AnomalyRow[],
  threshold: number,
): Promise<Audit> {
  const faults: string[] = [];
  const lock = await store.lock();
  try {
    const { state } = (await new StateFile<RunState>(store, parseState).load())!;
    const wanted = await wantedOf(await store.local(state.model!.object), events, threshold);
    const table = await readCounts(store, state.counts, "count", null, { threads: 1 });
    const counted = table?.weight.reduce((a, b) => a + b, 0) ?? 0;
    if (counted !== events.length) faults.push(`${counted} events are counted, ${events.length} were written`);
    const runs = new Map<string, Set<string>>();
    for (const { RecordId, RunId } of rows) runs.set(RecordId, (runs.get(RecordId) ?? new Set()).add(RunId));
    for (const [id, name] of wanted) if (!runs.has(id)) faults.push(`lost: ${name}`);
    for (const [id, of] of runs) {
      if (!wanted.has(id)) faults.push(`not to be delivered: ${id}`);
      if (of.size > 1) faults.push(`delivered by ${of.size} cycles: ${wanted.get(id)}`);
    }
    // A cycle that could not even be planned leaves a record, and another one has its number.
    const records = (await recordsOf(store)).filter(({ outcome, read }) => outcome === "done" || read.sources > 0);
    if (records.length !== state.cycles) faults.push(`${records.length} records of ${state.cycles} cycles`);
    for (const { run, outcome, delivery } of records) {
      if (outcome !== "done") faults.push(`${run} is ${outcome}`);
      if (delivery && (delivery.sent !== delivery.total || delivery.unsent !== 0))
        faults.push(`${run}: not all were sent`);
    }
    const sent = records.reduce((sum, { delivery }) => sum + (delivery?.sent ?? 0), 0);
    if (sent !== wanted.size) faults.push(`the records say that ${sent} were sent, not ${wanted.size}`);
    const repeated = rows.length - runs.size;
    return { cycles: state.cycles, expected: wanted.size, stored: rows.length, repeated, faults };
  } finally {
    await lock.release();
  }
}

/** The records of all cycles, in their order. */
export async function recordsOf(store: Store): Promise<RunRecord[]> {
  const names = (await store.list()).filter((name) => name.startsWith("runs/"));
  const records: RunRecord[] = [];
  for (const name of names) records.push(JSON.parse(Buffer.from((await store.read(name))!).toString()));
  return records.sort((a, b) => a.cycle - b.cycle);
}

/** The record ids of all accesses that the model finds unusual, with what they are. */
async function wantedOf(model: string, events: readonly Event[], threshold: number): Promise<Map<string, string>> {
  const loaded = await AccessAnomalyModel.load(model);
  const scored = await loaded.score(events.map(({ user, res }) => ({ tenant: "t", user, res })));
  const wanted = new Map<string, string>();
  scored.forEach(({ score, reason }, n) => {
    if (reason !== "disconnected" && !(score !== null && score > threshold)) return;
    const { user, res, day } = events[n];
    wanted.set(recordIdOf("t", user, res, day), `${user} at ${res} on day ${day}`);
  });
  return wanted;
}
