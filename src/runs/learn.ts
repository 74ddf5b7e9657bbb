/*
 * When a model is due, and how the schedule trains one.
 */
import { AccessAnomaly } from "../access/anomaly.js";
import { AccessAnomalyModel } from "../access/model.js";
import type { AccessAnomalyOptions } from "../access/options.js";
import type { FitRunOptions } from "../access/types.js";
import { isoDay, NO_DAY } from "../interactions/accesses.js";
import { readCounts, type WeightKind, windowStart } from "./counts.js";
import { distributionOf } from "./distribution.js";
import type { TrainRecord } from "./record.js";
import type { CountsObject, ModelObject } from "./run-state.js";
import { writeSealed } from "./sealed.js";
import type { Store } from "./store.js";

/** A model of so little that twice as much has come since is due whatever its age. */
const GROWTH = 2;

export interface LearnOptions extends Pick<FitRunOptions, "threads" | "memoryInBytes" | "signal" | "onProgress"> {
  readonly training: AccessAnomalyOptions;
  readonly windowDays: number;
  readonly trainEveryInMs: number;
}

/**
 * Why a new model is due; null where it is not.
 *
 * @param rows  counted in all cycles, with this one
 */
export function dueFor(
  model: ModelObject | null,
  rows: number,
  now: number,
  { training, trainEveryInMs }: Pick<LearnOptions, "training" | "trainEveryInMs">,
): string | null {
  if (rows === 0) return null;
  if (model === null) return "there was no model";
  if (rankOf(training) !== model.rank) return "the rank is another";
  if (rows >= GROWTH * model.countedRows) return "twice as much was counted since";
  // One of a time to come is of a clock that was wrong, then or now.
  if (Math.abs(now - model.trainedAt) >= trainEveryInMs && rows !== model.countedRows)
    return now < model.trainedAt ? "the clock was set back" : "the model was old";
  return null;
}

/** What a training is made from. */
export interface LearnJob {
  readonly store: Store;
  /** Names of the objects to make: the model's folder, and its training scores. */
  readonly object: string;
  readonly scores: string;
  readonly id: string;
  readonly why: string;
  readonly counts: readonly CountsObject[];
  /** Counted in all cycles so far. */
  readonly countedRows: number;
  readonly kind: WeightKind;
  /** The model to start from. */
  readonly before: ModelObject | null;
  readonly now: number;
}

/**
 * Trains on the window of days that ends with the newest one, from the model before where its rank is the same, and keeps the model
 * with the distribution of its training scores.
 *
 * @returns null where the window is empty
 */
export async function learn(
  { store, object, scores, id, why, counts, countedRows, kind, before, now }: LearnJob,
  { training, windowDays, threads, memoryInBytes, signal, onProgress }: LearnOptions,
): Promise<{ model: ModelObject; record: TrainRecord } | null> {
  const since = windowStart(counts, windowDays, Math.floor(now / 86_400_000));
  const run = { threads, memoryInBytes, signal, onProgress };
  const table = await readCounts(store, counts, kind, since, run);
  if (table === null) return null;
  const warm = before !== null && before.rank === rankOf(training);
  const warmStart = warm ? await AccessAnomalyModel.load(await store.local(before.object), { signal }) : undefined;
  const days = table.day.filter((day) => day !== NO_DAY);
  const [firstDay, lastDay] = [least(days), greatest(days)];
  const span = { firstDay: isoDay(firstDay ?? NO_DAY), lastDay: isoDay(lastDay ?? NO_DAY) };
  const model = await new AccessAnomaly(training).fit(table, {
    ...{ ...run, workFolder: store.work, warmStart },
    trainedOn: { rows: table.length, ...span },
  });
  const pairs = await model.scoreTable(table, { threads, signal });
  const folder = `${store.work}/model`;
  await model.save(folder, { signal });
  await store.adopt(object, folder);
  await writeSealed(store, scores, distributionOf(pairs, table.tenants.names));
  const { facts } = model;
  return {
    model: {
      ...{ id, object, scores, trainedAt: now, rank: rankOf(training) },
      ...{ countedRows, rows: table.length, firstDay, lastDay },
    },
    record: {
      ...{ why, rows: table.length, warm },
      users: facts?.counts.users ?? 0,
      resources: facts?.counts.resources ?? 0,
      iterations: facts?.training?.iterations ?? 0,
      ...span,
    },
  };
}

function rankOf({ rank }: AccessAnomalyOptions): number {
  return new AccessAnomaly(rank === undefined ? {} : { rank }).options.rank;
}

function least(days: Int32Array): number | null {
  return days.length === 0 ? null : days.reduce((a, b) => Math.min(a, b));
}

function greatest(days: Int32Array): number | null {
  return days.length === 0 ? null : days.reduce((a, b) => Math.max(a, b));
}
