/*
 * The host's side of the kernels: the only module that calls their exports. A call is plain data that names regions; shapes are
 * checked once where the call is made, and offsets are looked up where it runs.
 */
import { instantiateSync } from "@assemblyscript/loader";
import type { KernelCall } from "./calls.js";
import type { MemoryPlan } from "./plan.js";

interface Exports extends Record<string, unknown> {
  scratchBytes(rank: number): number;
  gramBytes(rank: number): number;
  gramPartialBytes(rank: number): number;
  gramBlockRows(): number;
  objectiveBlockRows(): number;
  initRowsF32(...args: (number | bigint)[]): number;
  gramBlocksF32(...args: number[]): number;
  sumGramF32(...args: number[]): number;
  solveRowsF32(...args: number[]): number;
  diagonaliseGramF32(...args: number[]): number;
  rotateRowsF32(...args: number[]): number;
  refineRowsF32(...args: number[]): number;
  localityKeysF32(...args: number[]): number;
  gatherWordsU32(...args: number[]): number;
  copyWordsU32(...args: number[]): number;
  permuteRowsF32(...args: number[]): number;
  renameSourcesU32(...args: number[]): number;
  deviationRowsF64(...args: number[]): number;
  scorePairsF64(...args: number[]): number;
  scoreScaledF64(...args: number[]): number;
  predictPairsF32(...args: number[]): number;
}

/** Where ratings begin inside the regions that a call names for them, in bytes. */
export interface Window {
  /** For row 0, so it may be before the region. */
  ptrAt: number;
  idxAt: number;
  valAt: number;
}

const wholeRegions: Window = { ptrAt: 0, idxAt: 0, valAt: 0 };
/** The kernels instantiated on one memory. Any number of instances may share a memory. */
export class Kernels {
  readonly #exports: Exports;
  readonly #plan: MemoryPlan;
  readonly #memory: WebAssembly.Memory;
  readonly #objectiveRows: number;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, plan: MemoryPlan) {
    this.#exports = instantiateSync<Exports>(module, { env: { memory } }).exports;
    this.#plan = plan;
    this.#memory = memory;
    this.#objectiveRows = this.#exports.objectiveBlockRows();
  }

  /**
   * Runs a call over [first, last).
   *
   * @param slot    which worker's scratch to use
   * @param window  where the ratings of these rows are, when a partition of them is in memory
   * @returns 0 or the kernel's code
   */
  run(call: KernelCall, first: number, last: number, slot: number, window = wholeRegions): number {
    const e = this.#exports;
    const at = (name: string) => this.#plan.regions[name].offset;
    const orNone = (name: string | undefined) => (name === undefined ? 0 : at(name));
    switch (call.kernel) {
      case "initRows":
        return e.initRowsF32(at(call.x), call.rank, BigInt(call.seed), call.side, first, last);
      case "gramBlocks":
        return e.gramBlocksF32(
          at(call.x),
          call.origin,
          call.end,
          call.rank,
          at(call.partial),
          this.#scratch(slot),
          first,
          last,
        );
      case "sumGram":
        return e.sumGramF32(at(call.partial), call.blocks, call.rank, at(call.gram), first, last);
      case "solveRows":
        return e.solveRowsF32(
          at(call.y),
          at(call.x),
          at(call.ptr) + window.ptrAt,
          at(call.idx) + window.idxAt,
          at(call.val) + window.valAt,
          at(call.gram),
          call.rank,
          Number(call.implicit),
          Number(call.nonnegative),
          call.lambda,
          call.ridge,
          call.alpha,
          Number(call.ahead ?? false),
          at(call.objective) + Math.floor((first - call.origin) / this.#objectiveRows) * 16,
          this.#scratch(slot),
          first,
          last,
        );
      case "diagonaliseGram":
        return e.diagonaliseGramF32(at(call.gram), call.rank, at(call.basis), at(call.spectrum), at(call.work));
      case "rotateRows":
        return e.rotateRowsF32(at(call.x), call.rank, at(call.basis), this.#scratch(slot), first, last);
      case "refineRows":
        return e.refineRowsF32(
          at(call.y),
          at(call.x),
          at(call.ptr) + window.ptrAt,
          at(call.idx) + window.idxAt,
          at(call.val) + window.valAt,
          at(call.spectrum),
          call.rank,
          call.lambda,
          call.ridge,
          call.alpha,
          call.steps,
          call.enough,
          Number(call.cold),
          at(call.objective) + Math.floor((first - call.origin) / this.#objectiveRows) * 16,
          this.#scratch(slot),
          first,
          last,
        );
      case "localityKeys":
        return e.localityKeysF32(at(call.x), at(call.gram), call.rank, at(call.keys), first, last);
      case "gatherWords":
        return e.gatherWordsU32(at(call.from), at(call.start), at(call.ptr), at(call.to), first, last);
      case "copyWords":
        return e.copyWordsU32(at(call.from), at(call.ptr), at(call.to), first, last);
      case "permuteRows":
        return e.permuteRowsF32(at(call.x), call.rank, at(call.order), this.#scratch(slot), first, last);
      case "renameSources":
        return e.renameSourcesU32(at(call.idx), at(call.places), at(call.ptr), first, last);
      case "deviationRows":
        return e.deviationRowsF64(
          at(call.x),
          at(call.y),
          orNone(call.places),
          at(call.ptr) + window.ptrAt,
          at(call.idx) + window.idxAt,
          call.rank,
          call.centre,
          at(call.out),
          first,
          last,
        );
      case "scorePairs":
        return e.scorePairsF64(
          at(call.users),
          this.#plan.regions[call.users].shape[0],
          at(call.resources),
          ...this.#plan.regions[call.resources].shape,
          at(call.userComponents),
          at(call.resourceComponents),
          at(call.user),
          at(call.resource),
          at(call.out),
          first,
          last,
        );
      case "scoreScaled": {
        const [users, userWords] = this.#plan.regions[call.users].shape;
        const [resources, resourceWords] = this.#plan.regions[call.resources].shape;
        return e.scoreScaledF64(
          at(call.users),
          users,
          4 * userWords,
          at(call.resources),
          resources,
          4 * resourceWords,
          call.rank,
          at(call.user),
          at(call.resource),
          at(call.out),
          first,
          last,
        );
      }
      case "predictPairs":
        return e.predictPairsF32(
          at(call.x),
          this.#plan.regions[call.x].shape[0],
          at(call.y),
          ...this.#plan.regions[call.y].shape,
          at(call.user),
          at(call.item),
          at(call.out),
          first,
          last,
        );
    }
  }

  /** The row that a kernel has named, after `run` gave a code. */
  failedRow(slot: number): number {
    return new Int32Array(this.#memory.buffer, this.#scratch(slot), 1)[0];
  }

  #scratch(slot: number): number {
    const { offset, shape } = this.#plan.regions["scratch"];
    return offset + slot * shape[1];
  }
}

/** What the kernels need at a rank: sizes come from them, so that they are written down once. */
export interface KernelSizes {
  /** Row stride of factors, in floats. */
  stride: number;
  scratchBytes: number;
  gramBytes: number;
  gramPartialBytes: number;
  gramBlockRows: number;
  /** Rows of one sum of the objective; rows are solved in such blocks. */
  objectiveBlockRows: number;
}

/** Asks the kernels for their sizes. */
export function kernelSizes(module: WebAssembly.Module, rank: number): KernelSizes {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const e = instantiateSync<Exports>(module, { env: { memory } }).exports;
  const gramPartialBytes = e.gramPartialBytes(rank); // f64[stride, stride]
  return {
    stride: Math.sqrt(gramPartialBytes / 8),
    scratchBytes: Math.ceil(e.scratchBytes(rank) / 64) * 64,
    gramBytes: e.gramBytes(rank),
    gramPartialBytes,
    gramBlockRows: e.gramBlockRows(),
    objectiveBlockRows: e.objectiveBlockRows(),
  };
}
