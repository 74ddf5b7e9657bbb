import type { RunOptions } from "../base/progress.js";
import { threadCount } from "../base/threads.js";
import { randomKey } from "../counting/counter.js";
import type { CountedPart } from "../interactions/counted.js";
import type { UserMatcher } from "./allowlist.js";
import { ScanEngine } from "./engine.js";
import { AccessMerger } from "./merge.js";
import { checkMode, type ReadMode } from "./mode.js";
import { type CutOptions, cutParts } from "./parts.js";
import { checkMaxBadLines } from "./problems.js";
import type { conclude } from "./report.js";
import type { GrowingInput } from "./resume.js";
import { roomFor } from "./room.js";
import { type ScanOptions, scanPart } from "./scanner.js";
import { defaultSeenBytes, SeenRecords } from "./seen-records.js";
import type { Selection } from "./selection.js";
import { type InputOptions, type InputPlan, planInputs } from "./sources.js";

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
  /**
   * Bytes that the whole process may hold. What outgrows it goes by way of the disk; a table that then does not fit is an error that
   * says how much would do. Without it memory is not bounded.
   */
  memoryInBytes?: number;
  /** Where work files are made, and removed; the system's folder for temporary files by default. */
  workFolder?: string;
  /** Ids of records that were read before, and the key of their hashes; those read now are added. A reading alone knows its own ones. */
  records?: { readonly key: bigint; readonly seen: SeenRecords };
  /** How many workers read files, where there is enough to read; all cores by default. The result does not depend on it. */
  threads?: number;
  /** @internal For tests: how sources are divided among workers, another worker, and how much a counter may take within a budget. */
  readers?: { cuts?: CutOptions; worker?: string; counterBytes?: number };
}

/** Bytes of a counter that goes by way of the disk, where there is no budget. */
const usualBytes = 512e6;
/** The share of a budget that remembers record ids. */
const seenShare = 16;

/** What was read, before it is concluded. */
export interface Whole {
  readonly merger: AccessMerger;
  readonly seen: SeenRecords;
  readonly facts: Parameters<typeof conclude>[1];
}

/**
 * Reads all parts of the inputs and merges them.
 *
 * @param folder  where runs are made; null = everything is held in memory
 * @throws as `readAccesses` does
 */
export async function readWhole(
  inputs: readonly (string | GrowingInput)[] | InputPlan,
  selection: Selection,
  options: ReadOptions,
  folder: string | null,
): Promise<Whole> {
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
  const remote = parts.some((part) => part.remote);
  const { room, seen, write } = await budgetOf(options, remote ? threads : 0, plan.aheadInBytes ?? 0, folder);
  const key = options.records?.key ?? randomKey();
  const engineOf = () => new ScanEngine(selection, { key, mode, allowList, counterBytes: room?.counterBytes });
  const merger = new AccessMerger(key, seen, write && { counterBytes: room!.counterBytes, write });
  if (remote) {
    const { gatherParts } = await import("./gather.js");
    const setup = { selection, key, mode, allowList: allowList?.text, room };
    await gatherParts(parts, merger, { setup, engineOf, threads, worker: options.readers?.worker }, scan);
  } else {
    const spill = room && { folder: room.folder, name: "part" };
    const { pieces, counts } = await scanPart(plan.sources, engineOf(), { ...scan, spill });
    merger.add(pieces, counts);
  }
  return { merger, seen, facts: { plan, selection, bytes: done, mode } };
}

/** Bytes that remember record ids, within a budget of the whole process where there is one. */
export function seenBytesOf(memoryInBytes: number | undefined): number {
  if (memoryInBytes === undefined) return defaultSeenBytes;
  return Math.min(defaultSeenBytes, Math.floor(memoryInBytes / seenShare));
}

/** How much may be held where, and what writes runs. */
async function budgetOf(
  { memoryInBytes, readers, records }: ReadOptions,
  workers: number,
  aheadInBytes: number,
  folder: string | null,
) {
  if (folder === null) return { seen: records?.seen ?? new SeenRecords() };
  const { writeRun } = await import("../spill/run.js");
  const write = (part: CountedPart, name: string) => writeRun(folder, name, part);
  const seenBytes = seenBytesOf(memoryInBytes);
  const counterBytes = readers?.counterBytes ?? (memoryInBytes === undefined ? usualBytes : undefined);
  const room =
    counterBytes === undefined
      ? roomFor(memoryInBytes!, workers, seenBytes + aheadInBytes, folder)
      : { folder, counterBytes };
  return { room, seen: records?.seen ?? new SeenRecords(seenBytes), write };
}
