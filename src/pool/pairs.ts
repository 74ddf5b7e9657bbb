/*
 * Pairs of rows in bulk: ids through shared memory in batches, results back.
 *
 * There are two buffers. While the kernels run over the one, the calling thread empties and fills the other, since copying a pair costs
 * about as much as computing it.
 */
import { ByomlError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import { threadCount } from "../base/threads.js";
import type { KernelCall } from "../wasm/calls.js";
import { loadKernels } from "../wasm/module.js";
import type { SharedRegions } from "../wasm/plan.js";
import { planMemory, type RegionSpecs } from "../wasm/plan.js";
import { poolRegions } from "./control.js";
import { InlinePool } from "./inline.js";
import { KernelPool } from "./pool.js";
import type { KernelRunner } from "./runner.js";

/** Pairs of a batch on workers; and up to how many pairs starting workers would take longer than the calling thread, in small batches. */
const BATCH = 1 << 19;
const INLINE = 1 << 20;
const INLINE_BATCH = 1 << 16;
/** Pairs that a worker takes at a time. */
const PAIR_BLOCK = 1 << 12;

/** Names of the regions of one buffer: two ids a pair, and the result. */
export interface PairRegions {
  left: string;
  right: string;
  out: string;
}

const buffers: readonly PairRegions[] = [
  { left: "left0", right: "right0", out: "out0" },
  { left: "left1", right: "right1", out: "out1" },
];

export interface PairOptions {
  /** How many workers; all cores by default. The result does not depend on it. */
  threads?: number;
  /** How many pairs will be given in all: where they are few, no workers are started. Unknown by default: workers are started. */
  expected?: number;
}

/** A kernel over given pairs, and the memory with what it reads. Close it. */
export class PairKernel<Out extends Float32Array | Float64Array> {
  readonly #pool: KernelRunner;
  readonly #batch: number;
  readonly #call: (regions: PairRegions) => KernelCall;
  readonly #type: "f32" | "f64";
  /** The run before, whose memory the next one uses. */
  #last: Promise<unknown> = Promise.resolve();
  #spent = false;

  /**
   * @param type   of a result
   * @param specs  the kernel's own regions
   * @param call   the kernel over a buffer
   */
  constructor(
    type: Out extends Float32Array ? "f32" : "f64",
    specs: RegionSpecs,
    call: (regions: PairRegions) => KernelCall,
    { threads, expected = Number.POSITIVE_INFINITY }: PairOptions = {},
  ) {
    const inline = expected <= INLINE;
    const count = inline ? 1 : threadCount(threads);
    this.#type = type;
    this.#call = call;
    this.#batch = inline ? INLINE_BATCH : BATCH;
    const ofPairs = buffers.flatMap(({ left, right, out }) => [
      [left, ["i32", this.#batch]],
      [right, ["i32", this.#batch]],
      [out, [type, this.#batch]],
    ]);
    const plan = planMemory({ ...poolRegions(count, 64), ...specs, ...Object.fromEntries(ofPairs) });
    const { module } = loadKernels();
    this.#pool = inline ? new InlinePool(module, plan) : new KernelPool(module, plan, count);
  }

  /** The kernel's own regions, to be filled before the first run. */
  get regions(): SharedRegions {
    return this.#pool.regions;
  }

  /**
   * Runs the kernel over pairs; runs that overlap in time wait for each other.
   *
   * @param left, right  i32[n], not to be changed before the run is done
   * @param out          [n], the results
   * @throws signal.reason  when the signal stops it
   * @throws ByomlError     when a worker is lost; after that, or a stop, there are no more runs
   */
  run(left: Int32Array, right: Int32Array, out: Out, run: RunOptions = {}): Promise<void> {
    const done = this.#last.then(() => this.#runAlone(left, right, out, run));
    this.#last = done.catch(() => {});
    return done;
  }

  async #runAlone(left: Int32Array, right: Int32Array, out: Out, { signal, onProgress }: RunOptions): Promise<void> {
    if (this.#spent)
      throw new ByomlError("usage", "no more pairs: this was closed, or stopped, or has failed", {
        hint: "Start another for more pairs; what was kept in its memory cannot be trusted any more.",
      });
    const total = left.length;
    const batches = Math.ceil(total / this.#batch);
    const span = (n: number) => [n * this.#batch, Math.min((n + 1) * this.#batch, total)] as const;
    const fill = (n: number) => {
      const regions = buffers[n & 1];
      this.regions.i32(regions.left).set(left.subarray(...span(n)));
      this.regions.i32(regions.right).set(right.subarray(...span(n)));
    };
    const empty = (n: number) => {
      const [begin, end] = span(n);
      out.set(this.regions[this.#type](buffers[n & 1].out).subarray(0, end - begin), begin);
    };
    try {
      if (batches > 0) fill(0);
      for (let n = 0; n < batches; n++) {
        const [begin, end] = span(n);
        const range = { first: 0, last: end - begin, block: PAIR_BLOCK };
        const running = this.#pool.run(this.#call(buffers[n & 1]), range, signal);
        if (n > 0) empty(n - 1);
        if (n + 1 < batches) fill(n + 1);
        await running;
        onProgress?.({ stage: "score", done: end, total, unit: "accesses" });
      }
      if (batches > 0) empty(batches - 1);
    } catch (error) {
      this.#spent = true;
      throw error;
    }
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    this.#spent = true;
    await this.#pool.close();
  }
}

/** Lays rows of `width` numbers out at a longer stride; what is between them stays as it is. */
export function layRows<T extends Float32Array | Float64Array>(from: T, width: number, to: T, stride: number): void {
  if (width === stride) {
    to.set(from);
    return;
  }
  const rows = from.length / width;
  for (let row = 0; row < rows; row++) for (let i = 0; i < width; i++) to[row * stride + i] = from[row * width + i];
}
