import type { RunOptions } from "../base/progress.js";
import { threadCount } from "../base/threads.js";
import { randomKey } from "../counting/counter.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { UserMatcher } from "./allowlist.js";
import { ScanEngine } from "./engine.js";
import { AccessMerger } from "./merge.js";
import { checkMode, type ReadMode } from "./mode.js";
import { type CutOptions, cutParts } from "./parts.js";
import { checkMaxBadLines } from "./problems.js";
import { conclude, type ReadReport } from "./report.js";
import type { GrowingInput } from "./resume.js";
import { type ScanOptions, scanPart } from "./scanner.js";
import { SeenRecords } from "./seen-records.js";
import type { Selection } from "./selection.js";
import { type InputOptions, type InputPlan, planInputs } from "./sources.js";

export type { ReadReport } from "./report.js";

/** `format` and `stdin` concern inputs given by name; a plan has them already. */
export interface ReadOptions extends RunOptions, InputOptions {
  /** How many lines may be bad before reading stops (default 1000). */
  maxBadLines?: number;
  /** Longer lines are bad lines and are skipped without being held in memory (default 64 MiB). */
  maxLineInBytes?: number;
  /** How thoroughly lines of JSON are read (default fast). */
  mode?: ReadMode;
  /** Users to leave out. */
  allowList?: UserMatcher;
  /** How many workers read files, where there is enough to read; all cores by default. The result does not depend on it. */
  threads?: number;
  /** @internal For tests: how sources are divided among workers, and another worker. */
  readers?: { cuts?: CutOptions; worker?: string };
}

/**
 * Reads accesses: selects rows and counts them per tenant, user, resource and day, streaming.
 *
 * @param inputs  files, folders, `-` or files that grow, or the plan that `planInputs` made of them
 * @returns the counted accesses, and what was read and left out
 * @throws DataError  when there is nothing to read, a file is unreadable, too many lines are bad, or nothing is counted
 * @throws OptionError  when an option is wrong
 * @throws ByomlError  when a worker is lost
 */
export async function readAccesses(
  inputs: readonly (string | GrowingInput)[] | InputPlan,
  selection: Selection,
  options: ReadOptions = {},
): Promise<{ table: AccessTable; report: ReadReport }> {
  const { signal, onProgress, allowList } = options;
  signal?.throwIfAborted();
  const maxBadLines = checkMaxBadLines(options.maxBadLines);
  const mode = checkMode(options.mode);
  const threads = threadCount(options.threads);
  const plan = "sources" in inputs ? inputs : await planInputs(inputs, options);
  const total = plan.sources.every(({ size }) => size !== undefined) ? plan.bytes : undefined;
  let done = 0;
  const scan: ScanOptions = {
    maxBadLines,
    maxLineBytes: options.maxLineInBytes,
    signal,
    onBytes(bytes) {
      done += bytes;
      onProgress?.({ stage: "read", done, total, unit: "bytes" });
    },
  };
  // A matcher that is no text cannot go to a worker.
  const usable = allowList === undefined || allowList.text !== undefined ? threads : 1;
  const parts = cutParts(plan.sources, usable, options.readers?.cuts);
  const key = randomKey();
  const engine = new ScanEngine(selection, { key, mode, allowList });
  const merger = new AccessMerger(key, new SeenRecords());
  if (parts.some(({ remote }) => remote)) {
    const { gatherParts } = await import("./gather.js");
    await gatherParts(parts, merger, engine, scan, threads, options.readers?.worker);
  } else {
    const { pieces, counts } = await scanPart(plan.sources, engine, scan);
    merger.add(pieces, counts);
  }
  return conclude(merger, plan, selection, done, mode);
}
