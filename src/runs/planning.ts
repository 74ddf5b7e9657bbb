/*
 * The first stage of a cycle: what there is to read.
 */
import { ByomlError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { Origin } from "../ingest/origin.js";
import { isByFolder, resolveSelection } from "../ingest/selection.js";
import type { InputPlan } from "../ingest/sources.js";
import { bytesOf, type Change, type PlannedSlice, type Progress, slicesOf } from "./progress.js";
import type { Schedule } from "./schedule.js";
import { readSealed } from "./sealed.js";
import type { Store } from "./store.js";

/** What a cycle reads, fixed before it begins; a cycle of which nothing was counted is planned anew. */
export interface CyclePlan {
  readonly slices: readonly PlannedSlice[];
  readonly changes: readonly Change[];
}

/** Lists all origins and finds what is new. */
export async function planCycle(
  { origins, selection }: Pick<Schedule, "origins" | "selection">,
  progress: Progress,
  signal?: AbortSignal,
): Promise<CyclePlan> {
  const since = isByFolder(selection) ? resolveSelection(selection).since : null;
  const known = (name: string) => (Object.hasOwn(progress, name) ? progress[name] : undefined);
  const listings = [];
  for (const origin of origins) {
    const listed = await origin.list({ known, since: since ?? undefined, signal });
    listings.push({ origin: origin.name, listed, complete: since === null });
  }
  const { slices, changes } = slicesOf(listings, progress);
  return { slices, changes };
}

/** How far everything was read, as a state names it; nothing where it names none. */
export async function readProgress(store: Store, { progress }: { progress: string | null }): Promise<Progress> {
  return progress === null ? {} : readSealed<Progress>(store, progress);
}

/** The slices as what reading takes. */
export function inputsOf(
  { origins, aheadInBytes }: Pick<Schedule, "origins" | "aheadInBytes">,
  slices: readonly PlannedSlice[],
): InputPlan {
  const byName = new Map(origins.map((origin) => [origin.name, origin]));
  const sources = slices.map((slice) => {
    const origin = byName.get(slice.origin);
    if (origin) return origin.source(slice);
    throw new ByomlError("internal", `the plan reads ${inert(slice.origin, 300)}, which is none of the origins`);
  });
  return { sources, files: sources.length, bytes: bytesOf(slices), ignored: 0, aheadInBytes };
}

/** The slices of each origin, told to it once they are durable. */
export async function tellCommitted(origins: readonly Origin[], slices: readonly PlannedSlice[]): Promise<void> {
  for (const origin of origins) {
    const own = slices.filter((slice) => slice.origin === origin.name);
    if (own.length > 0) await origin.committed?.(own);
  }
}
