/*
 * Rows that have much in common are brought together once training has found out which they are: they are solved from the same rows of
 * the other side, which then stay in the cache and lie on few pages. A row's equations stay the same; only Y'Y and the objective are summed
 * in another order, which does not depend on the number of workers.
 */
import type { KernelPool } from "../pool/pool.js";
import type { Program, Step } from "../pool/program.js";
import type { KernelSizes } from "../wasm/kernels.js";
import { gramSteps } from "./half-step.js";
import type { MemoryRatings, RowSpan } from "./job-ratings.js";
import type { Segment, Side } from "./ratings.js";

/** Factors of a side of fewer bytes stay in the cache in any order. */
const WORTHWHILE_BYTES = 16 * 2 ** 20;

/** Iterations from a random start after which factors tell what rows have in common. */
export const TELLING_ITERATIONS = 2;

/** Rows that a worker takes at a time. */
const ROWS = 4096;

/** Whether a training has so many rows that their order matters. */
export function isWorthwhile({ users, items }: { users: number; items: number }, stride: number): boolean {
  return Math.max(users, items) * stride * 4 >= WORTHWHILE_BYTES;
}

/** Sorts the rows of a segment, which stand by their number, by what their factors say. */
export async function sortByLocality(
  pool: KernelPool,
  ratings: MemoryRatings,
  { users, items }: Segment,
  { rank, sizes }: { rank: number; sizes: KernelSizes },
  run: { signal?: AbortSignal | undefined },
): Promise<void> {
  for (const [side, x, rows] of [
    ["user", "users", users],
    ["item", "items", items],
  ] as const) {
    const call = { kernel: "localityKeys", x, gram: "gram", rank, keys: "keys" } as const;
    await pool.runProgram([...gramSteps(x, rows, rank, sizes), { call, ...rangeOf(rows) }], run);
    const order = ratings.sortRows(side, rows, (2 * rank) ** 2);
    await pool.runProgram(moveSteps(side, rows), run);
    pool.regions.i32("keys").set(order, rows[0]);
    const permute = { kernel: "permuteRows", x, rank, order: "keys" } as const;
    await pool.runProgram([{ call: permute, first: rows[0], last: rows[1], block: rows[1] - rows[0] }], run);
  }
  await pool.runProgram([renameStep("user", "item", users), renameStep("item", "user", items)], run);
}

function rangeOf([first, last]: RowSpan) {
  return { first, last, block: ROWS };
}

/** The ratings of sorted rows, brought to where their rows are now: ids first, then values. */
function moveSteps(side: Side, rows: RowSpan): Program {
  const ptr = `${side}Ptr`;
  return [`${side}Idx`, `${side}Val`].flatMap((words): Step[] => [
    { call: { kernel: "gatherWords", from: words, start: "keys", ptr, to: "spare" }, ...rangeOf(rows) },
    { call: { kernel: "copyWords", from: "spare", ptr, to: words }, ...rangeOf(rows) },
  ]);
}

/** The ratings of a side refer to the other side's rows by where they are now. */
function renameStep(side: Side, other: Side, rows: RowSpan): Step {
  const call = { kernel: "renameSources", idx: `${side}Idx`, places: `${other}Places`, ptr: `${side}Ptr` } as const;
  return { call, ...rangeOf(rows) };
}
