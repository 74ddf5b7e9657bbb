/*
 * The end of a cycle: one write of the state makes all of it true. Before it, old counts are merged; after it, what no state names any
 * more is removed.
 */
import type { RunOptions } from "../base/progress.js";
import { mergeCounts, windowStart } from "./counts.js";
import type { RunRecord } from "./record.js";
import { type CountsObject, type OpenCycle, objectsOf, type RunState } from "./run-state.js";
import type { Schedule } from "./schedule.js";
import { objectOf } from "./stages.js";
import type { Store } from "./store.js";

/** So many objects of counts are read beside each other before they are merged. */
const mostObjects = 24;

/** Kinds of objects that cycles make for the state; records and dead letters are for people, and stay. */
const ownKinds = ["cycles/", "counts/", "models/", "records/"];

/**
 * Commits a cycle.
 *
 * @param state  as it is while the cycle is open
 * @param save   writes the state
 */
export async function commit(
  schedule: Schedule,
  state: RunState,
  open: OpenCycle,
  record: RunRecord,
  options: RunOptions,
  save: (state: RunState) => Promise<void>,
): Promise<void> {
  const { counted, scored, model } = open;
  const fresh = counted?.counts ?? null;
  const kind = fresh === null ? state.weightKind : (counted?.weightKind ?? state.weightKind);
  const all = fresh === null ? state.counts : [...state.counts, fresh];
  const committed: RunState = {
    ...state,
    cycles: open.number,
    weightKind: kind,
    progress: counted?.progress ?? state.progress,
    counts: await shortened(schedule, open, all, kind ?? "count", options),
    countedRows: state.countedRows + (fresh?.rows ?? 0),
    model: model === "none" || model === null ? state.model : model,
    delivered: scored?.delivered ?? state.delivered,
    records: counted?.records ?? state.records,
    latest: Math.max(state.latest, open.started),
    record,
    open: null,
  };
  const before: RunState = { ...state, open };
  await save(committed);
  await sweep(schedule.store, [committed, before]);
}

/** The counts of the window; merged into one object where they have become many. */
async function shortened(
  { store, windowDays, reading }: Schedule,
  open: OpenCycle,
  counts: readonly CountsObject[],
  kind: "count" | "likelihood",
  { signal }: RunOptions,
): Promise<readonly CountsObject[]> {
  const since = windowStart(counts, windowDays, Math.floor(open.started / 86_400_000));
  const inWindow = counts.filter(({ lastDay }) => since === null || lastDay === null || lastDay >= since);
  if (inWindow.length <= mostObjects) return inWindow;
  const object = objectOf(open, "counts", "-merged.parquet");
  const { threads, memoryInBytes } = reading;
  const merged = await mergeCounts(store, object, inWindow, kind, since, { threads, memoryInBytes, signal });
  return merged === null ? [] : [merged];
}

/** Removes what neither the state nor the one before it names, with which the schedule would go on were this one damaged. */
async function sweep(store: Store, states: readonly RunState[]): Promise<void> {
  const needed = new Set(states.flatMap((state) => [...objectsOf(state)]).map(unitOf));
  for (const { open } of states) if (open) needed.add(objectOf(open, "cycles"));
  const there = (await store.list()).filter((name) => ownKinds.some((kind) => name.startsWith(kind)));
  for (const unit of new Set(there.map(unitOf))) if (!needed.has(unit)) await store.remove(unit);
}

/** What is removed as one: an object, or the folder that a cycle made. */
function unitOf(name: string): string {
  return name.split("/").slice(0, 2).join("/");
}
