/*
 * Counted accesses as the schedule keeps them: an object of Parquet for each cycle, of rows (tenant, user, res, day, count), merged
 * into one now and then. Reading several is reading the sum of them.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { replaceFile } from "../base/file.js";
import { type CountedAccesses, countAccesses } from "../ingest/count.js";
import { readAccesses } from "../ingest/read.js";
import { NothingCountedError, type ReadReport } from "../ingest/report.js";
import { resolveSelection, type Selection } from "../ingest/selection.js";
import { type InputPlan, planInputs } from "../ingest/sources.js";
import type { ReadOptions } from "../ingest/whole.js";
import { type AccessTable, isoDay, NO_DAY } from "../interactions/accesses.js";
import { countEncoderOf } from "../sinks/counts.js";
import { encode } from "../sinks/write.js";
import { damaged } from "./damage.js";
import type { CountsObject } from "./run-state.js";
import type { Store } from "./store.js";

export type WeightKind = AccessTable["weightKind"];
type Limits = Pick<ReadOptions, "memoryInBytes" | "workFolder" | "threads" | "signal" | "onProgress">;

/**
 * Counts what a plan names and keeps it as an object.
 *
 * @returns the object; null where nothing was counted
 */
export async function countInto(
  store: Store,
  object: string,
  plan: InputPlan,
  selection: Selection,
  options: ReadOptions,
): Promise<{ counts: CountsObject | null; weightKind: WeightKind; report: ReadReport }> {
  let counted: CountedAccesses;
  try {
    counted = await countAccesses(plan, selection, { ...options, workFolder: store.work });
  } catch (error) {
    if (error instanceof NothingCountedError) return { counts: null, weightKind: "count", report: error.report };
    throw error;
  }
  const { accesses, weightKind, report } = counted;
  try {
    const path = `${store.work}/counts.parquet`;
    const encoder = await countEncoderOf("parquet", weightKind);
    const { signal } = options;
    await replaceFile(path, encode(encoder, accesses.batches({ signal }), { signal }), { signal });
    const sha256 = await checksum(path);
    await store.adopt(object, path);
    const span = { firstDay: dayOf(report.firstDay), lastDay: dayOf(report.lastDay) };
    return { counts: { object, rows: accesses.rows, sha256, ...span }, weightKind, report };
  } finally {
    accesses.close();
  }
}

/** The rows of objects, summed, as a table. @param since  the first day that counts, with which rows without a day do not; null: all */
export async function readCounts(
  store: Store,
  objects: readonly CountsObject[],
  kind: WeightKind,
  since: number | null,
  limits: Limits,
): Promise<AccessTable | null> {
  try {
    return (await readAccesses(await planOf(store, objects), selectionOf(kind, since), own(limits, store))).table;
  } catch (error) {
    if (error instanceof NothingCountedError) return null;
    throw error;
  }
}

/** The same by way of the disk, in the canonical order of accesses; the caller closes them. */
export async function walkCounts(
  store: Store,
  objects: readonly CountsObject[],
  kind: WeightKind,
  limits: Limits,
): Promise<CountedAccesses> {
  return countAccesses(await planOf(store, objects), selectionOf(kind, null), own(limits, store));
}

/** Merges objects into one, without the days before `since`. @returns null where no row is left */
export async function mergeCounts(
  store: Store,
  object: string,
  objects: readonly CountsObject[],
  kind: WeightKind,
  since: number | null,
  limits: Limits,
): Promise<CountsObject | null> {
  const plan = await planOf(store, objects);
  return (await countInto(store, object, plan, selectionOf(kind, since), own(limits, store))).counts;
}

/** @throws DataError  when an object is not what was written */
async function planOf(store: Store, objects: readonly CountsObject[]): Promise<InputPlan> {
  const paths: string[] = [];
  for (const { object, sha256 } of objects) {
    const path = await store.local(object);
    if ((await checksum(path)) !== sha256) throw damaged(store, object);
    paths.push(path);
  }
  return planInputs(paths, { format: "parquet" });
}

function selectionOf(kind: WeightKind, since: number | null): Selection {
  return resolveSelection({
    ...{ tenant: "tenant", user: "user", resource: "res", time: "TimeGenerated", weight: kind },
    since: since === null ? undefined : (isoDay(since) ?? undefined),
  });
}

/** Every row must count: a bad one is damage. */
function own(limits: Limits, store: Store): ReadOptions {
  return { ...limits, maxBadLines: 0, workFolder: store.work };
}

async function checksum(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

function dayOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso) / 86_400_000;
}

/** The first day that a time can have (1601-01-01). */
const FIRST_DAY = -134_774;

/**
 * The first day of a window that ends with the newest day.
 *
 * @param today  days after it are of clocks that are wrong, and do not move the window
 * @returns null where no day is known: then there is nothing to leave out
 */
export function windowStart(objects: readonly CountsObject[], days: number, today: number): number | null {
  const known = objects.flatMap(({ lastDay }) => lastDay ?? []);
  if (known.length === 0) return null;
  const newest = known.reduce((a, b) => Math.max(a, Math.min(b, today)), NO_DAY);
  return Math.max(FIRST_DAY, newest - days + 1);
}
