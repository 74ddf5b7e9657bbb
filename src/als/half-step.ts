/*
 * A half-step of alternating least squares as steps for the workers: one side solved from the other.
 */
import type { Program, Step } from "../pool/program.js";
import type { KernelSizes } from "../wasm/kernels.js";
import type { JobRatings, RowSpan } from "./job-ratings.js";
import { type AlsOptions, ridgesOf } from "./options.js";
import type { Side } from "./ratings.js";

/** The fast solver is done with a row when a conjugate gradient step lowers its loss by at most this share of it. */
const ENOUGH = 2e-5;

/** Factors that source rows are fetched from in any order without waiting: about what a processor keeps near. */
const NEAR_BYTES = 2 ** 20;

/** Rows that a worker turns at a time. */
const ROTATE_ROWS = 1024;

export interface HalfStep {
  /** The side that is solved. */
  side: Side;
  /** Rows of the other side that it is solved from. */
  from: RowSpan;
  /** Rows that are solved. */
  rows: RowSpan;
  /** Whether the factors of the side mean nothing yet. */
  cold: boolean;
  options: AlsOptions;
  sizes: KernelSizes;
  ratings: JobRatings;
}

/** The steps of a half-step. They hold until `ratings` is asked again for that side. */
export function halfStep(half: HalfStep): Program {
  const { side, from, options, sizes } = half;
  if (!options.implicitPrefs) return [solveStep(half)];
  const gram = gramSteps(names(side).y, from, options.rank, sizes);
  return options.solver === "fast" ? [...gram, ...turnSteps(half), refineStep(half)] : [...gram, solveStep(half)];
}

function names(side: Side) {
  return side === "user" ? ({ x: "users", y: "items" } as const) : ({ x: "items", y: "users" } as const);
}

/** The Gram matrix of some rows. */
export function gramSteps(
  x: string,
  [origin, end]: RowSpan,
  rank: number,
  sizes: Pick<KernelSizes, "gramBlockRows" | "stride">,
): Program {
  const blocks = Math.ceil((end - origin) / sizes.gramBlockRows);
  const partial = "gramPartials";
  return [
    { call: { kernel: "gramBlocks", x, origin, end, rank, partial }, first: 0, last: blocks, block: 1 },
    { call: { kernel: "sumGram", partial, blocks, rank, gram: "gram" }, first: 0, last: sizes.stride, block: 1 },
  ];
}

/** Exact: every row's equations are built and solved. */
function solveStep({ side, from, rows, options, sizes, ratings }: HalfStep): Step {
  const { rank, implicitPrefs, nonnegative, alpha } = options;
  const equations = { gram: "gram", implicit: implicitPrefs, nonnegative, alpha, ...ridgesOf(options) };
  const objective = { objective: `${side}Objective`, origin: rows[0] };
  const ahead = (from[1] - from[0]) * sizes.stride * 4 > NEAR_BYTES;
  const where = { ...names(side), ...ratings.regionsOf(side), ahead };
  const call = { kernel: "solveRows", rank, ...where, ...equations, ...objective };
  return { call: call as Step["call"], ...ratings.stepOver(side, rows) };
}

/** Both sides into the basis where the Gram matrix is diagonal: no prediction and no length changes. */
function turnSteps({ side, from, rows, options: { rank } }: HalfStep): Program {
  const { x, y } = names(side);
  const turn = (x: string, [first, last]: RowSpan): Step => ({
    call: { kernel: "rotateRows", x, rank, basis: "basis" },
    ...{ first, last, block: ROTATE_ROWS },
  });
  const diagonalise = { kernel: "diagonaliseGram", gram: "gram", rank, basis: "basis", spectrum: "spectrum" } as const;
  return [{ call: { ...diagonalise, work: "eigenWork" }, first: 0, last: 1, block: 1 }, turn(y, from), turn(x, rows)];
}

/** Approximate: some steps of conjugate gradients for every row. */
function refineStep({ side, rows, cold, options, ratings }: HalfStep): Step {
  const { rank, alpha } = options;
  const equations = { spectrum: "spectrum", alpha, ...ridgesOf(options), steps: rank, enough: ENOUGH, cold };
  const objective = { objective: `${side}Objective`, origin: rows[0] };
  const call = { kernel: "refineRows", rank, ...names(side), ...ratings.regionsOf(side), ...equations, ...objective };
  return { call: call as Step["call"], ...ratings.stepOver(side, rows) };
}
