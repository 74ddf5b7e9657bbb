import { ByomlError } from "../base/errors.js";
import type { SelectionOptions } from "../ingest/selection.js";
import type { RunState } from "./run-state.js";
import type { Store } from "./store.js";

/** @throws ByomlError  usage, when the accesses of a state were selected otherwise: they must not be mixed */
export function checkSelection({ name }: Store, { selection: before }: RunState, now: SelectionOptions): void {
  if (shown(before) === shown(now)) return;
  throw new ByomlError("usage", `${name}: its accesses were selected by ${shown(before)}, not by ${shown(now)}`, {
    hint: "Give the same flags (--user, --resource, --where, --since …) again, or another --state.",
  });
}

/** Options with their names in order, without those that are not given. */
function shown(options: SelectionOptions): string {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}
