/*
 * The end of a cycle: one write of the state makes all of it true. Before it, old counts are merged.
 */
import type { RunOptions } from "../base/progress.js";
import { mergeCounts, windowStart } from "./counts.js";
import type { RunRecord } from "./record.js";
import type { CountsObject, OpenCycle, RunState } from "./run-state.js";
import type { Schedule } from "./schedule.js";
import { objectOf } from "./stages.js";

/** So many objects of counts are read beside each other before they are merged. */
const mostObjects = 24;

/**
 * The state with which a cycle ends.
 *
 * @param state  as it is while the cycle is open
 */
export async function committed(
  schedule: Schedule,
  state: RunState,
  open: OpenCycle,
  record: RunRecord,
  options: RunOptions,
): Promise<RunState> {
  const { counted, scored, model } = open;
  const fresh = counted?.counts ?? null;
  const kind = fresh === null ? state.weightKind : (counted?.weightKind ?? state.weightKind);
  const all = fresh === null ? state.counts : [...state.counts, fresh];
  return {
    ...state,
    cycles: open.number,
    weightKind: kind,
    progress: counted?.progress ?? state.progress,
    counts: await shortened(schedule, open, all, kind ?? "count", options),
    countedRows: state.countedRows + (fresh?.rows ?? 0),
    model: model === "none" || model === null ? state.model : model,
    delivered: scored?.delivered ?? state.delivered,
    records: counted?.records ?? state.records,
    latest: open.started,
    record,
    open: null,
  };
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
