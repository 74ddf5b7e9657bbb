/*
 * What a training may hold: a budget for the whole process, from what it holds already to what it will give back.
 */
import { hostBytes, megabytes, tooLittle } from "../base/budget.js";
import { DataError, type OptionError } from "../base/errors.js";
import { heldBytes } from "../base/process.js";
import { scatterBytes } from "../store/build.js";
import type { RatingsSource } from "../store/source.js";
import type { KernelSizes } from "../wasm/kernels.js";
import { type MemoryPlan, SHARED_LIMIT } from "../wasm/plan.js";
import { isWorthwhile } from "./locality.js";
import { checkNumber } from "./options.js";
import { type AlsShape, planAls, planStreamed } from "./plan.js";
import type { Ratings } from "./ratings.js";

export interface BudgetOptions {
  /**
   * Bytes that the whole process may hold at its peak. What does not fit is sorted and read on disk; too little is an error that says
   * how much would do. Without it, ratings in memory are trained in memory as long as a 32-bit memory can hold them.
   */
  memoryInBytes?: number;
  /** Bytes of it to leave for what the caller makes of the result. */
  reserveInBytes?: number;
}

/** A worker with its kernels and stack; one measured 9 to 14 MB. */
const WORKER_BYTES = 16e6;
/** The least that partitions pass through: some thousand ratings at a time. */
const LEAST_PLACE_BYTES = 2 ** 20;
/** What is set apart for them, untouched unless single rows are huge, when there is no budget. */
const DEFAULT_PLACE_BYTES = 2 ** 30;
/** What large jobs use of it, unless single rows are huge. */
const USUAL_PLACE_BYTES = 128 * 2 ** 20;

/** Where a job's ratings will be, and its memory. */
export interface JobPlan {
  where: "memory" | "disk";
  plan: MemoryPlan;
  sizes: KernelSizes;
}

/**
 * Chooses between memory and disk.
 *
 * @throws OptionError when the budget is too little
 * @throws DataError   when the factors alone do not fit into one shared memory
 */
export function planJob(
  source: Ratings | RatingsSource,
  shape: Omit<AlsShape, "ratings">,
  { memoryInBytes, reserveInBytes = 0 }: BudgetOptions,
): JobPlan {
  const { users, items, rank, threads } = shape;
  if (memoryInBytes !== undefined) checkNumber("memoryInBytes", memoryInBytes, 1);
  const given = memoryInBytes ?? Number.POSITIVE_INFINITY;
  const held = memoryInBytes === undefined ? 0 : heldBytes();
  const outside = held + hostBytes + threads * WORKER_BYTES + 4 * rank * (users + items) + reserveInBytes;
  if ("rating" in source) {
    // What sorting in memory needs beside the plan: a cursor for each row of a side.
    const sorting = 4 * Math.max(users, items);
    for (const sortable of [true, false]) {
      const whole = inMemory({ ...shape, ratings: source.rating.length }, sortable);
      if (whole && outside + sorting + whole.plan.bytes <= given) return { where: "memory", ...whole };
    }
  }
  const rows = planStreamed(shape, 0).plan.bytes;
  const least = Math.max(LEAST_PLACE_BYTES, scatterBytes(shape).least - rows);
  const available = Math.min(given - outside, SHARED_LIMIT) - rows;
  const limit = given - outside < SHARED_LIMIT ? memoryInBytes : undefined;
  if (available < least) throw tooLittleMemory(limit, least - available);
  const most = memoryInBytes === undefined ? Math.max(least, DEFAULT_PLACE_BYTES) : Number.POSITIVE_INFINITY;
  const bytes = Math.floor(Math.min(available, most) / 64) * 64;
  return { where: "disk", ...planStreamed(shape, bytes) };
}

/** A plan with all ratings in memory, or none where a shared memory cannot hold them. */
function inMemory(shape: AlsShape, sortable = false): Omit<JobPlan, "where"> | undefined {
  if (16 * shape.ratings > SHARED_LIMIT) return undefined;
  try {
    const plain = planAls(shape);
    return sortable && isWorthwhile(shape, plain.sizes.stride) ? planAls(shape, true) : plain;
  } catch {
    return undefined;
  }
}

/** @param missing  how many bytes more it would have to be */
export function tooLittleMemory(memoryInBytes: number | undefined, missing: number): OptionError | DataError {
  const hint = "Train on fewer days, on one tenant at a time, or with a lower rank.";
  if (memoryInBytes === undefined)
    return new DataError(`this job needs ${megabytes(missing)} more of shared memory than there can be (4 GiB)`, {
      hint,
    });
  const remedy = `Give it that much, or use fewer workers. ${hint}`;
  return tooLittle(memoryInBytes + missing, memoryInBytes, "for this training", remedy);
}

/** Bytes of shared memory that a job holds when it may hold as much as it likes. */
export function sharedMemoryOf(shape: AlsShape): number {
  return inMemory(shape)?.plan.bytes ?? planStreamed(shape, USUAL_PLACE_BYTES).plan.bytes;
}
