/*
 * The stage that delivers: the outbox by way of a journal, both in the store.
 */
import type { ByomlError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import type { AppendLog } from "../delivery/log.js";
import type { DeliveryRecord, RunRecord } from "./record.js";
import type { OpenCycle } from "./run-state.js";
import type { Schedule } from "./schedule.js";
import { objectOf } from "./stages.js";
import type { Store } from "./store.js";

/** Delivers what of the open cycle's outbox is not delivered. @returns what its record is to say, and why something is unsent */
export async function deliverStage(
  { store, destination }: Schedule,
  open: OpenCycle,
  options: RunOptions,
): Promise<{ record: Pick<RunRecord, "delivery" | "notes">; failure: ByomlError | null }> {
  const outbox = open.scored?.outbox ?? null;
  const { notes, delivery: before } = open.record;
  if (outbox === null) return { record: { delivery: null, notes }, failure: null };
  const deadLetters = objectOf(open, "dead-letters", ".jsonl");
  const logs = {
    journal: storeLog(store, objectOf(open, "cycles", "/journal.jsonl")),
    deadLetters: storeLog(store, deadLetters),
  };
  const accounting = await destination.deliver(open.run, await store.local(outbox), logs, options);
  const { total, sent, deadLettered, unsent, requests, retries, failure } = accounting;
  const delivery: DeliveryRecord = {
    ...{ to: destination.name, total, sent, deadLettered, unsent, requests, retries },
    failure: failure?.message ?? null,
    deadLetters: deadLettered > 0 ? deadLetters : null,
  };
  const moved = before !== null && before.sent > 0 && before.to !== destination.name;
  const more = moved ? [`an earlier attempt sent ${before.sent} of the rows to ${before.to}`] : [];
  return { record: { delivery, notes: [...notes, ...more] }, failure: failure ?? null };
}

/** A log as an object of a store. */
function storeLog(store: Store, name: string): AppendLog {
  return {
    read: async () => (await store.read(name)) ?? new Uint8Array(0),
    append: (bytes) => store.append(name, bytes),
  };
}
