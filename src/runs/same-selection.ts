import { ByomlError } from "../base/errors.js";
import type { SelectionOptions } from "../ingest/selection.js";
import type { RunState } from "./run-state.js";
import type { Store } from "./store.js";

/**
 * A state with the selection of its schedule. Where nothing was counted yet, as the first cycle failed over its flags or found nothing,
 * any will do.
 *
 * @throws ByomlError  usage, when its accesses were selected otherwise: they must not be mixed
 */
export function selectedBy({ name }: Store, state: RunState, now: SelectionOptions): RunState {
  const { selection: before, progress, open } = state;
  if (shown(before) === shown(now)) return state;
  if (progress === null && (open === null || open.counted === null)) return { ...state, selection: now };
  throw new ByomlError("usage", `${name}: its accesses were selected by ${shown(before)}, not by ${shown(now)}`, {
    hint: "Give the same flags (--user, --resource, --where, --since …) again, or another --state.",
  });
}

/** Options with their names in order, without those that are not given. */
function shown(options: SelectionOptions): string {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}
