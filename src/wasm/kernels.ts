/*
 * The host's side of the kernels: the only module that calls their exports. A call is plain data that names regions; shapes are
 * checked once where the call is made, and offsets are looked up where it runs.
 */
import { instantiateSync } from "@assemblyscript/loader";
import type { DType, MemoryPlan, Region } from "./plan.js";

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
  deviationRowsF64(...args: number[]): number;
  scorePairsF64(...args: number[]): number;
  scoreScaledF64(...args: number[]): number;
  predictPairsF32(...args: number[]): number;
}

/** Random unit rows; see `initRowsF32`. */
export interface InitRows {
  kernel: "initRows";
  x: string;
  rank: number;
  seed: number;
  side: 0 | 1;
}

/** Partial Gram matrices, one range unit a block of rows; see `gramBlocksF32`. */
export interface GramBlocks {
  kernel: "gramBlocks";
  x: string;
  origin: number;
  end: number;
  rank: number;
  partial: string;
}

/** The sum of partial Gram matrices, over a range of its rows; see `sumGramF32`. */
export interface SumGram {
  kernel: "sumGram";
  partial: string;
  blocks: number;
  rank: number;
  gram: string;
}

/** A half-step of alternating least squares; see `solveRowsF32`. */
export interface SolveRows {
  kernel: "solveRows";
  y: string;
  x: string;
  ptr: string;
  idx: string;
  val: string;
  gram: string;
  rank: number;
  implicit: boolean;
  nonnegative: boolean;
  /** Regularisation of one rating of a row, and of a row whatever its ratings. */
  lambda: number;
  ridge: number;
  alpha: number;
  /** f64[blocks, 2]: sums of the objective over blocks of `KernelSizes.objectiveBlockRows` rows, counted from `origin`. */
  objective: string;
  origin: number;
}

/** The basis in which a Gram matrix is diagonal, a range of one; see `diagonaliseGramF32`. */
export interface DiagonaliseGram {
  kernel: "diagonaliseGram";
  gram: string;
  rank: number;
  basis: string;
  spectrum: string;
  work: string;
}

/** Rows turned into another basis; see `rotateRowsF32`. */
export interface RotateRows {
  kernel: "rotateRows";
  x: string;
  rank: number;
  basis: string;
}

/** An approximate half-step by conjugate gradients; see `refineRowsF32`. */
export interface RefineRows {
  kernel: "refineRows";
  y: string;
  x: string;
  ptr: string;
  idx: string;
  val: string;
  spectrum: string;
  rank: number;
  lambda: number;
  ridge: number;
  alpha: number;
  /** Conjugate gradient steps at most, and the share of its loss that a row's last one lowers it by. */
  steps: number;
  enough: number;
  /** Whether the rows start at zero. */
  cold: boolean;
  objective: string;
  origin: number;
}

/** Sums of predictions about a centre; see `deviationRowsF64`. */
export interface DeviationRows {
  kernel: "deviationRows";
  x: string;
  y: string;
  ptr: string;
  idx: string;
  rank: number;
  centre: number;
  out: string;
}

/** Anomaly scores of pairs; see `scorePairsF64`. */
export interface ScorePairs {
  kernel: "scorePairs";
  users: string;
  resources: string;
  userComponents: string;
  resourceComponents: string;
  user: string;
  resource: string;
  out: string;
}

/** The same from float32 factors, f32 words of packed rows; see `scoreScaledF64`. */
export interface ScoreScaled {
  kernel: "scoreScaled";
  users: string;
  resources: string;
  rank: number;
  user: string;
  resource: string;
  out: string;
}

/** Dot products of the factors of pairs; see `predictPairsF32`. */
export interface PredictPairs {
  kernel: "predictPairs";
  x: string;
  y: string;
  user: string;
  item: string;
  out: string;
}

export type KernelCall =
  | InitRows
  | GramBlocks
  | SumGram
  | SolveRows
  | DiagonaliseGram
  | RotateRows
  | RefineRows
  | DeviationRows
  | ScorePairs
  | ScoreScaled
  | PredictPairs;

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
      case "deviationRows":
        return e.deviationRowsF64(
          at(call.x),
          at(call.y),
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

/**
 * Checks that the regions that a call names are there and have the type and shape that its kernel expects.
 *
 * @param streamed  whether the ratings are partitions in a region of bytes
 * @throws TypeError naming the region
 */
export function checkCall(plan: MemoryPlan, call: KernelCall, streamed = false): void {
  const need = (name: string, dtype: DType, dimensions: number): Region => {
    const region = plan.regions[name];
    if (!region || region.dtype !== dtype || region.shape.length !== dimensions)
      throw new TypeError(
        `${call.kernel}: region ${name}: expected ${dtype} of ${dimensions} dimensions, got ${region ? `${region.dtype}[${region.shape}]` : "none"}`,
      );
    return region;
  };
  const same = (a: Region, b: Region, dimension: number) => {
    if (a.shape[dimension] !== b.shape[dimension])
      throw new TypeError(`${call.kernel}: regions ${a.name} and ${b.name} differ in dimension ${dimension}`);
  };
  const needRatings = (ptr: string, idx: string, val?: string) => {
    if (streamed) return void [ptr, idx, val ?? idx].map((name) => need(name, "u8", 1));
    need(ptr, "u32", 1);
    need(idx, "i32", 1);
    if (val !== undefined) same(plan.regions[idx], need(val, "f32", 1), 0);
  };
  switch (call.kernel) {
    case "initRows":
      need(call.x, "f32", 2);
      break;
    case "gramBlocks":
      need(call.x, "f32", 2);
      need(call.partial, "f64", 2);
      need("scratch", "u8", 2);
      break;
    case "sumGram":
      need(call.partial, "f64", 2);
      need(call.gram, "f32", 1);
      break;
    case "solveRows":
      same(need(call.y, "f32", 2), need(call.x, "f32", 2), 1);
      needRatings(call.ptr, call.idx, call.val);
      need(call.gram, "f32", 1);
      need(call.objective, "f64", 2);
      need("scratch", "u8", 2);
      break;
    case "diagonaliseGram":
      need(call.gram, "f32", 1);
      same(need(call.basis, "f32", 2), need(call.spectrum, "f32", 1), 0);
      same(need(call.work, "f64", 2), need(call.basis, "f32", 2), 1);
      break;
    case "rotateRows":
      same(need(call.x, "f32", 2), need(call.basis, "f32", 2), 1);
      need("scratch", "u8", 2);
      break;
    case "refineRows":
      same(need(call.y, "f32", 2), need(call.x, "f32", 2), 1);
      needRatings(call.ptr, call.idx, call.val);
      need(call.spectrum, "f32", 1);
      need(call.objective, "f64", 2);
      need("scratch", "u8", 2);
      break;
    case "deviationRows":
      same(need(call.x, "f32", 2), need(call.y, "f32", 2), 1);
      needRatings(call.ptr, call.idx);
      same(need(call.out, "f64", 2), need(call.x, "f32", 2), 0);
      break;
    case "scorePairs":
      same(need(call.users, "f64", 2), need(call.resources, "f64", 2), 1);
      same(need(call.user, "i32", 1), need(call.resource, "i32", 1), 0);
      same(need(call.user, "i32", 1), need(call.out, "f64", 1), 0);
      same(need(call.userComponents, "i32", 1), need(call.users, "f64", 2), 0);
      same(need(call.resourceComponents, "i32", 1), need(call.resources, "f64", 2), 0);
      break;
    case "scoreScaled":
      need(call.users, "f32", 2);
      need(call.resources, "f32", 2);
      same(need(call.user, "i32", 1), need(call.resource, "i32", 1), 0);
      same(need(call.user, "i32", 1), need(call.out, "f64", 1), 0);
      break;
    case "predictPairs":
      same(need(call.x, "f32", 2), need(call.y, "f32", 2), 1);
      same(need(call.user, "i32", 1), need(call.item, "i32", 1), 0);
      same(need(call.user, "i32", 1), need(call.out, "f32", 1), 0);
      break;
  }
}
