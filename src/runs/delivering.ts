/*
 * The stage that delivers: the outbox by way of a journal, both in the store.
 */
import type { ByomlError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import type { AppendLog } from "../delivery/log.js";
import type { DeliveryRecord } from "./record.js";
import type { OpenCycle } from "./run-state.js";
import type { Schedule } from "./schedule.js";
import { objectOf } from "./stages.js";
import type { Store } from "./store.js";

/** Delivers what of the open cycle's outbox is not delivered. @returns null where there is no outbox */
export async function deliverStage(
  { store, destination }: Schedule,
  open: OpenCycle,
  options: RunOptions,
): Promise<{ record: DeliveryRecord | null; failure: ByomlError | null }> {
  const outbox = open.scored?.outbox ?? null;
  if (outbox === null) return { record: null, failure: null };
  const deadLetters = objectOf(open, "dead-letters", ".jsonl");
  const logs = {
    journal: storeLog(store, objectOf(open, "cycles", "/journal.jsonl")),
    deadLetters: storeLog(store, deadLetters),
  };
  const accounting = await destination.deliver(open.run, await store.local(outbox), logs, options);
  const { total, sent, deadLettered, unsent, requests, retries, failure } = accounting;
  return {
    record: {
      ...{ to: destination.name, total, sent, deadLettered, unsent, requests, retries },
      failure: failure?.message ?? null,
      deadLetters: deadLettered > 0 ? deadLetters : null,
    },
    failure: failure ?? null,
  };
}

/** A log as an object of a store. */
function storeLog(store: Store, name: string): AppendLog {
  return {
    read: async () => (await store.read(name)) ?? new Uint8Array(0),
    append: (bytes) => store.append(name, bytes),
  };
}
