/*
 * What the schedule remembers from cycle to cycle. It is small: what is large lies in objects of the store, each written once under a
 * name of its own and named here when it is complete. So a state is the truth of one moment, and writing it is the commit.
 */
import { randomBytes } from "node:crypto";
import type { ReadReport } from "../ingest/report.js";
import type { SelectionOptions } from "../ingest/selection.js";
import type { RunRecord } from "./record.js";

/** Counted accesses of one cycle, or of several that were merged: Parquet. */
export interface CountsObject {
  readonly object: string;
  readonly rows: number;
  readonly sha256: string;
  /** Days since 1970-01-01 UTC; null where no row has one. */
  readonly firstDay: number | null;
  readonly lastDay: number | null;
}

/** Ids of records that were counted, as hashes of 16 bytes: what an export delivers again is known by them. */
export interface RecordsObject {
  readonly object: string;
  readonly ids: number;
  readonly sha256: string;
}

export interface ModelObject {
  /** What results name it by. */
  readonly id: string;
  /** The folder of the model, and the distribution of its training scores. */
  readonly object: string;
  readonly scores: string;
  /** Milliseconds since 1970. */
  readonly trainedAt: number;
  readonly rank: number;
  /** Rows that had been counted in all cycles when it was trained. */
  readonly countedRows: number;
  /** Distinct accesses and days that it was trained on, and the days that they span. */
  readonly rows: number;
  readonly firstDay: number | null;
  readonly lastDay: number | null;
}

/** A cycle that is not committed. What is null has not been done yet; each stage is done once. */
export interface OpenCycle {
  readonly number: number;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** The slices that it reads, and what happened to things that were read before. */
  readonly plan: string;
  readonly counted: CountedStage | null;
  /** The model that scores; "none" where there is nothing to learn from yet. */
  readonly model: ModelObject | "none" | null;
  readonly scored: ScoredStage | null;
  /** What is known for the record so far. */
  readonly record: RunRecord;
}

export interface CountedStage {
  /** Null where nothing was counted. */
  readonly counts: CountsObject | null;
  readonly weightKind: "count" | "likelihood";
  /** The progress after this cycle. */
  readonly progress: string;
  /** The records that are to be known after this cycle. */
  readonly records: readonly RecordsObject[];
  readonly report: ReadReport | null;
}

export interface ScoredStage {
  /** Null where there is nothing to deliver. */
  readonly outbox: string | null;
  /** Record ids that were delivered, with those of this cycle. */
  readonly delivered: string;
}

export interface RunState {
  /** Cycles that were committed. */
  readonly cycles: number;
  /** What is selected of the records; another selection needs another state. */
  readonly selection: SelectionOptions;
  readonly weightKind: "count" | "likelihood" | null;
  readonly progress: string | null;
  readonly counts: readonly CountsObject[];
  /** Rows counted in all cycles, also those that are in no object any more. */
  readonly countedRows: number;
  readonly model: ModelObject | null;
  readonly delivered: string | null;
  /** Of the hashes of record ids, in hexadecimal; and the ids of the last cycles, in their order. */
  readonly recordKey: string;
  readonly records: readonly RecordsObject[];
  /** When the last cycle began, milliseconds since 1970: a clock that was set back is noticed by it. */
  readonly latest: number;
  /** The record of the last cycle, written again where a kill came before it was. */
  readonly record: RunRecord | null;
  readonly open: OpenCycle | null;
}

export function firstState(selection: SelectionOptions): RunState {
  return {
    ...{ cycles: 0, selection, weightKind: null, progress: null, counts: [], countedRows: 0 },
    ...{ recordKey: randomBytes(8).toString("hex"), records: [] },
    ...{ model: null, delivered: null, latest: 0, record: null, open: null },
  };
}

/**
 * What was saved, as a state. Its seal says that it is what was written; this says that it was a state.
 *
 * @throws Error  that says what is wrong with it
 */
export function parseState(value: unknown): RunState {
  if (typeof value !== "object" || value === null) throw new Error("expected an object");
  const state = value as Partial<RunState>;
  const fail = (field: keyof RunState, expected: string) => new Error(`${field}: expected ${expected}`);
  for (const field of ["cycles", "countedRows", "latest"] as const)
    if (!Number.isSafeInteger(state[field])) throw fail(field, "a whole number");
  if (typeof state.selection !== "object" || state.selection === null) throw fail("selection", "an object");
  for (const field of ["counts", "records"] as const) if (!Array.isArray(state[field])) throw fail(field, "a list");
  if (!/^[0-9a-f]{16}$/.test(state.recordKey ?? "")) throw fail("recordKey", "16 hexadecimal digits");
  for (const field of ["progress", "delivered", "model", "record", "open", "weightKind"] as const)
    if (state[field] === undefined) throw fail(field, "to be there");
  return value as RunState;
}

/** The objects that a state needs. */
export function objectsOf(state: RunState): Set<string> {
  const { progress, counts, model, delivered, records, open } = state;
  const many = [...counts, ...records].map(({ object }) => object);
  const names = [progress, delivered, ...many, model?.object, model?.scores];
  if (open) {
    const { plan, counted, scored } = open;
    const trained = open.model === "none" ? null : open.model;
    names.push(plan, counted?.progress, counted?.counts?.object, trained?.object, trained?.scores);
    names.push(scored?.outbox, scored?.delivered, ...(counted?.records ?? []).map(({ object }) => object));
  }
  return new Set(names.filter((name) => name !== null && name !== undefined));
}
