import type { AccessTable } from "../interactions/accesses.js";
import { spillFolder, type WorkFolder } from "../spill/folder.js";
import { mergeRuns } from "../spill/merge.js";
import type { SpilledAccesses } from "../spill/spilled.js";
import { takeOff } from "./repeated.js";
import { conclude, type ReadReport } from "./report.js";
import type { GrowingInput } from "./resume.js";
import type { Selection } from "./selection.js";
import type { InputPlan } from "./sources.js";
import { type ReadOptions, readWhole, type Whole } from "./whole.js";

/** Counted accesses that need not fit into memory, and what was read. */
export interface CountedAccesses {
  /** Close them. */
  accesses: Pick<SpilledAccesses, "rows" | "tenants" | "users" | "resources" | "batches" | "close">;
  weightKind: AccessTable["weightKind"];
  report: ReadReport;
}

/**
 * Counts accesses per tenant, user, resource and day by way of the disk.
 *
 * @throws what `readAccesses` and `mergeRuns` throw; no work file is left then
 */
export async function countAccesses(
  inputs: readonly (string | GrowingInput)[] | InputPlan,
  selection: Selection,
  options: ReadOptions = {},
): Promise<CountedAccesses> {
  const folder = spillFolder(options.workFolder);
  try {
    return await mergeWhole(await readWhole(inputs, selection, options, folder.path), folder, options);
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** Merges what was whole by way of the disk. The folder is taken over where that succeeds. */
export async function mergeWhole(
  { merger, seen, facts }: Whole,
  folder: WorkFolder,
  { memoryInBytes, signal, onProgress }: ReadOptions,
): Promise<CountedAccesses> {
  const { counts } = merger;
  conclude(counts, facts);
  let repeated = 0;
  const accesses = await mergeRuns(merger.runs(), {
    ...{ folder, memoryInBytes, signal, onProgress },
    weighted: counts.weighted > 0,
    seen(a, b, c, d) {
      const known = seen.add(a, b, c, d);
      if (known) repeated++;
      return known;
    },
  });
  takeOff(counts, repeated);
  return { accesses, ...conclude(counts, facts) };
}
