import { join } from "node:path";
import type { RunOptions } from "../base/progress.js";
import type { WorkFolder } from "../store/work-folder.js";
import { Bits } from "./bits.js";
import { removeFile } from "./blocks.js";
import { availableBytes, type Budget, type MergePlan, planMerge, readingBytes, requireBytes } from "./budget.js";
import { mergeNames } from "./merge-names.js";
import { mergeRows } from "./merge-rows.js";
import { rowBufferBytes } from "./rows.js";
import { type Run, removeRun } from "./run.js";
import { SpilledAccesses } from "./spilled.js";
import { type Seen, takeRepeated, translateRows } from "./translate.js";

export interface MergeOptions extends RunOptions, Budget {
  /** Where the runs are, by names that begin with anything but `merge-`. It is taken over: `close` of the result removes it. */
  folder: WorkFolder;
  /**
   * Whether weights are of a column: then every row and every repeat of a run is one access. Else all accesses weigh 1, a row is as many
   * as its weight says, and there are no repeats.
   */
  weighted?: boolean;
  /**
   * Called once for each record id, in the order of the runs and of the records in them: true for one that came before, which is then
   * not counted again. Without it all are counted.
   */
  seen?: Seen;
}

/**
 * Merges runs into counted accesses in their canonical order, exactly, in bounded memory.
 *
 * Names are merged first, sorted, so that ids sort as names do; then each run's rows get these ids and are still sorted; then rows are
 * merged. Each step reads sorted files from their start to their end, so no name, user or resource can be too heavy for it.
 *
 * Weights of one (tenant, user, resource, day) are summed in the order of the runs, in a run the row before its repeats: the bits are
 * those of reading all accesses one after the other.
 *
 * @param runs  in the order of the accesses; their files are removed on the way
 * @throws OptionError  when the budget is too little
 * @throws DataError    when a file was damaged, or there are more names than ids
 * @throws ByomlError, signal.reason  what the disk refuses, an abort; the folder is removed then too
 */
export async function mergeRuns(runs: readonly Run[], options: MergeOptions): Promise<SpilledAccesses> {
  const { folder, weighted = false } = options;
  try {
    const available = availableBytes(options);
    const plan = planMerge(runs, available, options);
    const merging = new Merging(options, plan);
    let waiting = [...runs];
    while (waiting.length > plan.files) {
      const merged: Run[] = [];
      // Where sums are of ones, any order gives the same; else rows of one key wait for the last round.
      for (let n = 0; n < waiting.length; n += plan.files)
        merged.push(await merging.merge(waiting.slice(n, n + plan.files), { sums: !weighted }));
      waiting = merged;
    }
    let marks: Bits[] = [];
    const mark = (names: number, nameBytes: number, longestName: number) => {
      const merge = 3 * Bits.bytesFor(names) + (waiting.length + 1) * rowBufferBytes;
      requireBytes(Math.max(merge, readingBytes(names, nameBytes, longestName).least), available, options);
      marks = [new Bits(names), new Bits(names), new Bits(names)];
      const [tenants, users, resources] = marks;
      return (tenant: number, user: number, resource: number) => {
        tenants.add(tenant);
        users.add(user);
        resources.add(resource);
      };
    };
    const run = await merging.merge(waiting, { sums: true, mark });
    const [tenants, users, resources] = marks.map(({ size }) => size);
    return new SpilledAccesses(run, { tenants, users, resources }, folder, options);
  } catch (error) {
    folder.remove();
    throw error;
  }
}

interface Round {
  /** Whether weights of one key are summed. */
  sums: boolean;
  /** Given what is known of the names, what is told of each row. */
  mark?: (
    names: number,
    nameBytes: number,
    longestName: number,
  ) => (tenant: number, user: number, resource: number) => void;
}

/** Merges runs into one run, time and again. */
class Merging {
  readonly #options: MergeOptions;
  readonly #plan: MergePlan;
  readonly #taken: Int32Array;
  #count = 0;

  constructor(options: MergeOptions, plan: MergePlan) {
    this.#options = options;
    this.#plan = plan;
    this.#taken = new Int32Array(options.seen === undefined ? 0 : plan.taken);
  }

  async merge(runs: readonly Run[], { sums, mark }: Round): Promise<Run> {
    const { folder, seen, weighted = false } = this.#options;
    const path = join(folder.path, `merge-${this.#count++}`);
    const files = runs.map(({ names }) => names);
    const { names, nameBytes, longestName, ids } = await mergeNames(files, path, this.#options);
    const translated = [];
    const most = runs.reduce((sum, run) => Math.max(sum, run.names.items), 1);
    const room = new Int32Array(Math.min(most, this.#plan.ids));
    for (const [n, run] of runs.entries()) {
      const taken = seen === undefined || run.records === null ? null : this.#taken;
      if (taken !== null) await takeRepeated(run, seen!, taken, this.#options);
      const translation = { ids: ids[n], room, taken, weighted };
      translated.push(await translateRows(run.rows, `${path}.${n}`, translation, this.#options));
      removeRun(run);
      removeFile(ids[n]);
    }
    const onRow = mark?.(names.items, nameBytes, longestName);
    const rows = await mergeRows(translated, `${path}.rows`, sums, this.#options, onRow);
    for (const file of translated) removeFile(file);
    return { names, rows, records: null, nameBytes, longestName };
  }
}
