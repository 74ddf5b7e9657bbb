import type { AccessTable } from "../interactions/accesses.js";
import { conclude, type ReadReport } from "./report.js";
import type { GrowingInput } from "./resume.js";
import type { Selection } from "./selection.js";
import type { InputPlan } from "./sources.js";
import { type ReadOptions, readWhole } from "./whole.js";

export type { ReadReport } from "./report.js";
export type { ReadOptions } from "./whole.js";

/**
 * Reads accesses: selects rows and counts them per tenant, user, resource and day, streaming.
 *
 * @param inputs  files, folders, `-` or files that grow, or the plan that `planInputs` made of them
 * @returns the counted accesses, and what was read and left out
 * @throws DataError  when there is nothing to read, a file is unreadable, too many lines are bad, or nothing is counted
 * @throws OptionError  when an option is wrong, or the budget too little
 * @throws ByomlError  when a worker is lost
 */
export async function readAccesses(
  inputs: readonly (string | GrowingInput)[] | InputPlan,
  selection: Selection,
  options: ReadOptions = {},
): Promise<{ table: AccessTable; report: ReadReport }> {
  if (options.memoryInBytes !== undefined)
    return (await import("./bounded.js")).readBounded(inputs, selection, options);
  const { merger, facts } = await readWhole(inputs, selection, options, null);
  const { weightKind, report } = conclude(merger.counts, facts);
  return { table: { ...merger.finish(), weightKind }, report };
}
