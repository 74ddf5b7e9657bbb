/*
 * Reading ahead: while workers go through a program, the host fills places in memory with the partitions that they will need next.
 *
 * It is the host and not a worker of its own: asynchronous reads already run on the system's threads, so that a thread for them would
 * cost memory and give nothing; an error is a rejection here; and the files are open in one place only, which also closes them.
 */
import type { SharedRegions } from "../wasm/plan.js";
import { FREED, isCancelled, MOST_PLACES, SUPPLIED, signalChange } from "./control.js";
import { type Loader, type Program, partBlocks } from "./program.js";

/** Milliseconds between two looks, should a wake-up ever be lost. */
const LOOK_AGAIN = 1_000;

/** Supplies a program with its partitions, in the order in which it needs them. */
export class Feeder {
  readonly #control: Int32Array;
  readonly #ring: Int32Array;
  readonly #places: Uint8Array;
  #over = false;

  constructor(regions: SharedRegions) {
    this.#control = regions.i32("control");
    this.#ring = regions.i32("ring");
    this.#places = regions.bytes("places");
  }

  /**
   * Resolves when all partitions were supplied, or nobody needs the rest.
   *
   * @throws what the loader rejects with
   */
  async feed(steps: Program, load: Loader): Promise<void> {
    let sequence = 0;
    for (const { stream, block } of steps) {
      for (const part of stream?.parts ?? []) {
        const { source, places, placeBytes } = stream!;
        const place = sequence % places;
        if (!(await this.#freePlace(place))) return;
        await load(source, part.partition, this.#places.subarray(place * placeBytes, (place + 1) * placeBytes));
        Atomics.store(this.#ring, MOST_PLACES + place, partBlocks(part, block));
        Atomics.store(this.#ring, place, ++sequence);
        signalChange(this.#control, SUPPLIED);
      }
    }
  }

  /** Ends `feed` when the workers are done. */
  end(): void {
    this.#over = true;
    signalChange(this.#control, FREED);
  }

  async #freePlace(place: number): Promise<boolean> {
    for (;;) {
      const seen = Atomics.load(this.#control, FREED);
      if (this.#over || isCancelled(this.#control)) return false;
      if (Atomics.load(this.#ring, MOST_PLACES + place) === 0) return true;
      await Atomics.waitAsync(this.#control, FREED, seen, LOOK_AGAIN).value;
    }
  }
}
