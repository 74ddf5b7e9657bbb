import type { AccessTable } from "../interactions/accesses.js";
import { partsOf } from "../interactions/parts.js";
import { spillFolder } from "../spill/folder.js";
import { mergeRuns } from "../spill/merge.js";
import { type Run, writeRun } from "../spill/run.js";
import type { SpilledAccesses } from "../spill/spilled.js";
import { type ReadOptions, readAccesses } from "./read.js";
import type { ReadReport } from "./report.js";
import type { Selection } from "./selection.js";
import type { InputPlan } from "./sources.js";

export interface CountOptions extends ReadOptions {
  /** Bytes that the whole process may hold; too little is an error that says how much would do. */
  memoryInBytes?: number;
  /** Where work files are made, and removed; the system's folder for temporary files by default. */
  workFolder?: string;
}

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
  inputs: readonly string[] | InputPlan,
  selection: Selection,
  options: CountOptions = {},
): Promise<CountedAccesses> {
  const { memoryInBytes, workFolder, ...reading } = options;
  const { signal, onProgress } = reading;
  const folder = spillFolder(workFolder);
  try {
    const { runs, ...read } = await readRuns(inputs, selection, folder.path, reading);
    const accesses = await mergeRuns(runs, { folder, memoryInBytes, signal, onProgress, weighted: true });
    return { accesses, ...read };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/**
 * From inputs to runs: the one place that knows how. Today it is the table that was read, in pieces; workers that write runs themselves
 * take its place.
 *
 * @param folder  where runs are made
 */
async function readRuns(
  inputs: readonly string[] | InputPlan,
  selection: Selection,
  folder: string,
  options: ReadOptions,
): Promise<Omit<CountedAccesses, "accesses"> & { runs: Run[] }> {
  const { table, report } = await readAccesses(inputs, selection, options);
  const runs: Run[] = [];
  for (const part of partsOf(table)) {
    options.signal?.throwIfAborted();
    runs.push(writeRun(folder, `run-${runs.length}`, part));
    options.onProgress?.({ stage: "sort", done: runs.length, unit: "runs" });
    await new Promise(setImmediate);
  }
  return { runs, weightKind: table.weightKind, report };
}
