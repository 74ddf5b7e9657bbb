import type { Program, Step } from "../pool/program.js";
import type { KernelSizes } from "../wasm/kernels.js";
import type { JobRatings, RowSpan } from "./job-ratings.js";
import { type AlsOptions, ridgesOf } from "./options.js";
import type { Side } from "./ratings.js";

/** The steps that solve one side, some rows of it, from rows `from` of the other side. */
export function halfStep(
  options: AlsOptions,
  sizes: KernelSizes,
  ratings: JobRatings,
  side: Side,
  from: RowSpan,
  rows: RowSpan,
): Program {
  const { rank, implicitPrefs, nonnegative, alpha } = options;
  const [x, y] = side === "user" ? (["users", "items"] as const) : (["items", "users"] as const);
  const solve: Step = {
    call: {
      kernel: "solveRows",
      y,
      x,
      ...ratings.regionsOf(side),
      gram: "gram",
      rank,
      implicit: implicitPrefs,
      nonnegative,
      ...ridgesOf(options),
      alpha,
      objective: `${side}Objective`,
      origin: rows[0],
    },
    ...ratings.stepOver(side, rows),
  };
  return implicitPrefs ? [...gramSteps(sizes, rank, y, from), solve] : [solve];
}

/** The steps that make the Gram matrix of rows [origin, end). */
function gramSteps(
  { gramBlockRows, stride }: KernelSizes,
  rank: number,
  y: "users" | "items",
  [origin, end]: RowSpan,
): Program {
  const blocks = Math.ceil((end - origin) / gramBlockRows);
  const partial = "gramPartials";
  return [
    { call: { kernel: "gramBlocks", x: y, origin, end, rank, partial }, first: 0, last: blocks, block: 1 },
    { call: { kernel: "sumGram", partial, blocks, rank, gram: "gram" }, first: 0, last: stride, block: 1 },
  ];
}
