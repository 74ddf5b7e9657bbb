import type { AccessAnomalyOptions } from "../access/options.js";
import type { RunOptions } from "../base/progress.js";
import type { Accounting } from "../delivery/accounting.js";
import type { AppendLog } from "../delivery/log.js";
import type { Origin } from "../ingest/origin.js";
import type { SelectionOptions } from "../ingest/selection.js";
import type { ReadOptions } from "../ingest/whole.js";
import type { Store } from "./store.js";

/** Where the rows of a cycle go. */
export interface Destination {
  /** How messages and the record call it; no secret in it. */
  readonly name: string;
  /**
   * Delivers what the journal does not say is delivered. It does not throw for what happens on the way: the accounting tells.
   *
   * @param run     of the cycle; its name is safe in paths
   * @param outbox  a local file
   */
  deliver(
    run: string,
    outbox: string,
    logs: { journal: AppendLog; deadLetters: AppendLog },
    options: RunOptions,
  ): Promise<Accounting>;
}

/** What a schedule does again and again. */
export interface Schedule {
  readonly store: Store;
  readonly origins: readonly Origin[];
  /** Bytes that origins hold of what comes next while something else is read. */
  readonly aheadInBytes?: number;
  /** What of the records is selected. It belongs to the state: another selection needs another one. */
  readonly selection: SelectionOptions;
  readonly reading: Pick<
    ReadOptions,
    "mode" | "maxBadLines" | "maxLineInBytes" | "allowList" | "threads" | "memoryInBytes"
  >;
  readonly training: AccessAnomalyOptions;
  /** Days that a model learns from, ending with the newest one that was read. */
  readonly windowDays: number;
  readonly trainEveryInMs: number;
  /** What is delivered: accesses with a score above this, in deviations, and disconnected ones. */
  readonly threshold: number;
  /** At most so many of a cycle, the most unusual ones; all by default. */
  readonly top?: number;
  readonly destination: Destination;
  /** Days with a cycle of which records and dead letters are kept; 90 by default. */
  readonly keepDays?: number;
  /** Milliseconds since 1970. */
  now(): number;
}
