import { planCycle, readProgress } from "../runs/planning.js";
import { bytesOf } from "../runs/progress.js";
import { parseState, type RunState } from "../runs/run-state.js";
import { selectedBy } from "../runs/same-selection.js";
import type { Schedule } from "../runs/schedule.js";
import { StateFile } from "../runs/state.js";
import type { Context } from "./context.js";
import { counted, size } from "./format.js";

/** `--dry-run` of a cycle: what it would read, from what is remembered; the state is not locked and not changed. */
export async function showPlan(context: Context, schedule: Schedule): Promise<void> {
  const { store } = schedule;
  await store.check();
  const loaded = await new StateFile<RunState>(store, parseState).load();
  const state = loaded?.state ?? null;
  if (state !== null) selectedBy(store, state, schedule.selection);
  const progress = state === null ? {} : await readProgress(store, state);
  const { slices, changes } = await planCycle(schedule, progress, context.io.signal);
  const bytes = bytesOf(slices);
  const open = state?.open ? `cycle ${state.open.number} was begun and would be ended first\n` : "";
  const known = Object.keys(progress).length;
  await context.result(
    {
      ...{ dryRun: true, cycles: state?.cycles ?? 0, open: state?.open?.number ?? null, known, bytes },
      sources: slices.map(({ name, from, to }) => ({ name, from, to })),
      ...{ changes, model: state?.model?.id ?? null, destination: schedule.destination.name },
    },
    `${open}${counted(slices.length, "source")} with ${size(bytes)} would be read, beside ${counted(known, "source")} that ${known === 1 ? "is" : "are"} known; ` +
      `rows would go to ${schedule.destination.name}. Nothing was changed.\n`,
  );
}
