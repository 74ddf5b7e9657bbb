/*
 * How workers share a step out: each takes the next block that nobody has taken, until there is none.
 */
import type { Kernels } from "../wasm/kernels.js";
import type { SharedRegions } from "../wasm/plan.js";
import { awaitChange, FAILED_ROW, FREED, isCancelled, MOST_PLACES, NEXT, SUPPLIED, signalChange } from "./control.js";
import { blocksOf, partBlocks, type Step } from "./program.js";

/** A row that a kernel could not solve. */
export interface Failure {
  code: number;
  row: number;
}

/** One worker's part in the steps of a program. */
export class Share {
  readonly #kernels: Kernels;
  readonly #regions: SharedRegions;
  readonly #control: Int32Array;
  readonly #slot: number;

  /** @param slot  which part of the region "scratch" is this worker's */
  constructor(kernels: Kernels, regions: SharedRegions, slot: number) {
    this.#kernels = kernels;
    this.#regions = regions;
    this.#control = regions.i32("control");
    this.#slot = slot;
  }

  /**
   * Takes blocks of a step until there are none.
   *
   * @param sequence  partitions that the program streams before this step
   * @returns the smallest row of this worker's blocks that failed; after a failure only blocks before it matter
   */
  run(step: Step, sequence: number): Failure | null {
    return step.stream ? this.#runStream(step, step.stream, sequence) : this.#runBlocks(step);
  }

  #runBlocks(step: Step): Failure | null {
    const order = step.order === undefined ? undefined : this.#regions.u32(step.order);
    const blocks = blocksOf(step);
    let failure: Failure | null = null;
    while (!isCancelled(this.#control)) {
      const turn = Atomics.add(this.#control, NEXT, 1);
      if (turn >= blocks) break;
      const first = step.first + (order ? order[turn] : turn) * step.block;
      failure = this.#runBlock(step, first, step.last, failure);
    }
    return failure;
  }

  /** Blocks are taken in the order of the partitions, so that each is needed once and for a short time. */
  #runStream(step: Step, { parts, places, placeBytes }: NonNullable<Step["stream"]>, sequence: number): Failure | null {
    const ring = this.#regions.i32("ring");
    let failure: Failure | null = null;
    let at = 0;
    let before = 0;
    while (!isCancelled(this.#control)) {
      const turn = Atomics.add(this.#control, NEXT, 1);
      while (at < parts.length && turn >= before + partBlocks(parts[at], step.block))
        before += partBlocks(parts[at++], step.block);
      if (at === parts.length) break;
      const place = (sequence + at) % places;
      if (!this.#awaitPartition(ring, place, sequence + at + 1)) break;
      const { first, last, ptrAt, idxAt, valAt } = parts[at];
      const base = place * placeBytes;
      const window = { ptrAt: base + ptrAt, idxAt: base + idxAt, valAt: base + valAt };
      failure = this.#runBlock(step, first + (turn - before) * step.block, last, failure, window);
      if (Atomics.sub(ring, MOST_PLACES + place, 1) === 1) signalChange(this.#control, FREED);
    }
    return failure;
  }

  #runBlock(
    { call, block }: Step,
    first: number,
    end: number,
    before: Failure | null,
    window?: Parameters<Kernels["run"]>[4],
  ): Failure | null {
    if (first > Atomics.load(this.#control, FAILED_ROW)) return before;
    const code = this.#kernels.run(call, first, Math.min(first + block, end), this.#slot, window);
    if (code === 0) return before;
    const row = this.#kernels.failedRow(this.#slot);
    lower(this.#control, FAILED_ROW, row);
    return before && before.row < row ? before : { code, row };
  }

  /** Waits until a partition is in its place; false when the run is cancelled. */
  #awaitPartition(ring: Int32Array, place: number, number: number): boolean {
    for (;;) {
      const seen = Atomics.load(this.#control, SUPPLIED);
      if (Atomics.load(ring, place) === number) return true;
      if (isCancelled(this.#control)) return false;
      awaitChange(this.#control, SUPPLIED, seen);
    }
  }
}

/** Sets a word to a value if that is less. */
function lower(control: Int32Array, word: number, value: number): void {
  let seen = Atomics.load(control, word);
  while (value < seen) {
    const found = Atomics.compareExchange(control, word, seen, value);
    if (found === seen) return;
    seen = found;
  }
}
