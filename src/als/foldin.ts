/*
 * Factors for rows that a warm start knows nothing of: users and items that have come since the factors were made.
 *
 * A new row is solved from the other side's known rows, as a half-step of alternating least squares would, over those of its ratings
 * whose other side is known. Items go first, so that a new user is solved from new items too, where known users have rated them. An
 * iteration begins with the items from the users, so it is the users that matter; new items only help to find them.
 *
 * Nothing can be said of a row that is connected with no known one, whose equations have no solution yet or whose solution is zero
 * (zero factors would hold each other at zero for ever): it stays unknown, and starts in a random direction.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { InlinePool } from "../pool/inline.js";
import { RowError } from "../pool/runner.js";
import { kernelSizes } from "../wasm/kernels.js";
import { loadKernels } from "../wasm/module.js";
import { planMemory } from "../wasm/plan.js";
import { gramSteps } from "./half-step.js";
import { type AlsOptions, ridgesOf } from "./options.js";
import { compressRows, type Ratings, type Segment, type Side } from "./ratings.js";

/** Factors to start from, f32[users, rank] and f32[items, rank]; a row of NaN is unknown. */
export interface InitialFactors {
  users: Float32Array;
  items: Float32Array;
}

/** Rows that are solved before the event loop gets a turn, so that a signal is heard. */
const TURN_ROWS = 4096;

/**
 * Solves unknown rows from the known ones, on the calling thread: they are few, or there is little to start from.
 *
 * @param initial   as `checkInitial` wants them
 * @param segments  what is trained together; a row outside of all of them stays unknown
 * @returns the factors with fewer unknown rows; `initial` is not changed
 * @throws signal.reason
 */
export async function foldIn(
  ratings: Ratings,
  options: AlsOptions,
  initial: InitialFactors,
  segments: readonly Segment[],
  signal?: AbortSignal,
): Promise<InitialFactors> {
  const { rank } = options;
  const known = { user: knownRows(initial.users, rank), item: knownRows(initial.items, rank) };
  const factors = { ...initial };
  for (const side of ["item", "user"] as const) {
    if (!known[side].includes(0)) continue;
    const x = side === "user" ? "users" : "items";
    factors[x] = initial[x].slice();
    await foldInSide(side, ratings, options, factors, known, segments, signal);
  }
  return factors;
}

/** @throws RangeError  a side of the wrong length, or a row that is neither NaN nor finite throughout */
export function checkInitial(
  initial: InitialFactors,
  shape: Pick<Ratings, "users" | "items">,
  { rank }: Pick<AlsOptions, "rank">,
): void {
  for (const x of ["users", "items"] as const) {
    const [factors, rows] = [initial[x], shape[x]];
    if (factors.length !== rows * rank)
      throw new RangeError(`initial.${x}: expected ${rows} x ${rank} numbers, got ${factors.length}`);
    for (let row = 0; row < rows; row++) {
      let finite = 0;
      let missing = 0;
      for (let n = row * rank; n < (row + 1) * rank; n++) {
        if (Number.isFinite(factors[n])) finite++;
        else if (Number.isNaN(factors[n])) missing++;
      }
      if (finite < rank && missing < rank)
        throw new RangeError(`initial.${x}: row ${row}: expected finite numbers, or NaN throughout for an unknown row`);
    }
  }
}

/** u8[rows], 1 for a known row. */
function knownRows(factors: Float32Array, rank: number): Uint8Array {
  const known = new Uint8Array(factors.length / rank);
  for (let row = 0; row < known.length; row++) known[row] = Number.isNaN(factors[row * rank]) ? 0 : 1;
  return known;
}

/** Solves the unknown rows of one side, writes them to `factors` and marks them as known. */
async function foldInSide(
  side: Side,
  ratings: Ratings,
  options: AlsOptions,
  factors: InitialFactors,
  known: Record<Side, Uint8Array>,
  segments: readonly Segment[],
  signal?: AbortSignal,
): Promise<void> {
  const { rank, implicitPrefs, nonnegative, alpha } = options;
  const [x, y, other] = side === "user" ? (["users", "items", "item"] as const) : (["items", "users", "user"] as const);
  const { rows, first, row, source, rating } = newRows(side, ratings, known, segments);
  if (rows.length === 0) return;

  const { module } = loadKernels();
  const sizes = kernelSizes(module, rank);
  const sources = ratings[y];
  const plan = planMemory({
    scratch: ["u8", 1, sizes.scratchBytes],
    x: ["f32", rows.length, sizes.stride],
    y: ["f32", sources, sizes.stride],
    ptr: ["u32", rows.length + 1],
    idx: ["i32", rating.length],
    val: ["f32", rating.length],
    gram: ["f32", sizes.gramBytes / 4],
    gramPartials: ["f64", Math.max(1, Math.ceil(sources / sizes.gramBlockRows)), sizes.gramPartialBytes / 8],
    objective: ["f64", 1, 2],
  });
  const pool = new InlinePool(module, plan);
  const { regions } = pool;
  const [to, from] = [regions.f32("x"), regions.f32("y")];
  for (let r = 0; r < sources; r++)
    if (known[other][r]) for (let i = 0; i < rank; i++) from[r * sizes.stride + i] = factors[y][r * rank + i];
  const compressed = { ptr: regions.u32("ptr"), idx: regions.i32("idx"), val: regions.f32("val") };
  compressRows(rows.length, row, source, rating, compressed);

  for (const [s, segment] of segments.entries()) {
    if (first[s] === first[s + 1]) continue;
    if (implicitPrefs)
      for (const { call, ...range } of gramSteps("y", segment[y], rank, sizes)) await pool.run(call, range);
    for (let at = first[s]; at < first[s + 1]; ) {
      const last = Math.min(at + TURN_ROWS, first[s + 1]);
      const regularisation = ridgesOf(options);
      const equations = { ptr: "ptr", idx: "idx", val: "val", gram: "gram", objective: "objective", origin: at };
      const kind = { rank, implicit: implicitPrefs, nonnegative, alpha, ...regularisation };
      const range = { first: at, last, block: last - at };
      try {
        await pool.run({ kernel: "solveRows", x: "x", y: "y", ...equations, ...kind }, range, signal);
        at = last;
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        at = error.row + 1; // which is left zero
      }
      await nextTurn();
    }
  }
  rows.forEach((target, n) => {
    const solved = to.subarray(n * sizes.stride, n * sizes.stride + rank);
    if (solved.every((value) => value === 0)) return;
    factors[x].set(solved, target * rank);
    known[side][target] = 1;
  });
}

/**
 * The unknown rows of a side that a known row of the other side has a rating with, segment by segment, and those ratings.
 *
 * @returns rows  i32[n], the rows themselves; those of segment s are first[s] to first[s + 1]
 *          row, source, rating  the ratings: position in `rows`, row of the other side, value
 */
function newRows(side: Side, ratings: Ratings, known: Record<Side, Uint8Array>, segments: readonly Segment[]) {
  const [x, other] = side === "user" ? (["users", "item"] as const) : (["items", "user"] as const);
  const [rowOf, sourceOf] = [ratings[side], ratings[other]];
  const [mine, theirs] = [known[side], known[other]];
  const connected = new Uint8Array(ratings[x]);
  let most = 0;
  for (let n = 0; n < rowOf.length; n++) {
    if (mine[rowOf[n]] === 1 || theirs[sourceOf[n]] === 0) continue;
    connected[rowOf[n]] = 1;
    most++;
  }
  const place = new Int32Array(ratings[x]).fill(-1);
  const rows: number[] = [];
  const first = [0];
  for (const segment of segments) {
    for (let r = segment[x][0]; r < segment[x][1]; r++) if (connected[r]) place[r] = rows.push(r) - 1;
    first.push(rows.length);
  }
  const [row, source, rating] = [new Int32Array(most), new Int32Array(most), new Float32Array(most)];
  let length = 0;
  for (let n = 0; n < rowOf.length; n++) {
    const at = place[rowOf[n]];
    if (at < 0 || theirs[sourceOf[n]] === 0) continue;
    row[length] = at;
    source[length] = sourceOf[n];
    rating[length++] = ratings.rating[n];
  }
  const used = <T extends Int32Array | Float32Array>(values: T) => values.subarray(0, length) as T;
  return { rows: Int32Array.from(rows), first, row: used(row), source: used(source), rating: used(rating) };
}
