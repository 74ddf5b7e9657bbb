import { poolRegions, streamRegions } from "../pool/control.js";
import { type KernelSizes, kernelSizes } from "../wasm/kernels.js";
import { loadKernels } from "../wasm/module.js";
import { type MemoryPlan, planMemory, type RegionSpecs } from "../wasm/plan.js";

/** The size of a training job. */
export interface AlsShape {
  users: number;
  items: number;
  ratings: number;
  rank: number;
  threads: number;
}

/**
 * Where a training job keeps everything: factors of both sides, the ratings by user and by item, Gram matrices, scratch.
 *
 * Bytes: 4 ld a row and 16 a rating (twice an id and a value), little else.
 *
 * @param sortable  with what it takes to put rows in another order (`sortByLocality`)
 */
export function planAls(shape: AlsShape, sortable = false): { plan: MemoryPlan; sizes: KernelSizes } {
  const { users, items, ratings } = shape;
  const sizes = kernelSizes(loadKernels().module, shape.rank);
  const plan = planMemory({
    ...rowRegions(shape, sizes),
    userPtr: ["u32", users + 1],
    userIdx: ["i32", ratings],
    userVal: ["f32", ratings],
    itemPtr: ["u32", items + 1],
    itemIdx: ["i32", ratings],
    itemVal: ["f32", ratings],
    userOrder: ["u32", Math.ceil(users / sizes.objectiveBlockRows)],
    itemOrder: ["u32", Math.ceil(items / sizes.objectiveBlockRows)],
    ...(sortable ? sortRegions(shape) : {}),
  });
  return { plan, sizes };
}

/** What it takes to put rows in another order: 4 bytes a rating, some a row. */
function sortRegions({ users, items, ratings }: AlsShape): RegionSpecs {
  return {
    userPlaces: ["i32", users],
    itemPlaces: ["i32", items],
    keys: ["i32", Math.max(users, items)],
    spare: ["u32", ratings],
  };
}

/** The same for a job whose ratings are on disk: instead of them `placeBytes` bytes through which they pass. */
export function planStreamed(
  shape: Omit<AlsShape, "ratings">,
  placeBytes: number,
): { plan: MemoryPlan; sizes: KernelSizes } {
  const sizes = kernelSizes(loadKernels().module, shape.rank);
  return { plan: planMemory({ ...rowRegions(shape, sizes), ...streamRegions(placeBytes) }), sizes };
}

/** What a job keeps for its rows, whatever ratings they have. From "users" on it means nothing before the initial factors are set. */
function rowRegions({ users, items, threads }: Omit<AlsShape, "ratings">, sizes: KernelSizes): RegionSpecs {
  const blocks = Math.max(1, Math.ceil(Math.max(users, items) / sizes.gramBlockRows));
  return {
    ...poolRegions(threads, sizes.scratchBytes),
    users: ["f32", users, sizes.stride],
    items: ["f32", items, sizes.stride],
    gram: ["f32", sizes.gramBytes / 4],
    gramPartials: ["f64", blocks, sizes.gramPartialBytes / 8],
    basis: ["f32", sizes.stride, sizes.stride],
    spectrum: ["f32", sizes.stride],
    eigenWork: ["f64", 2 * sizes.stride, sizes.stride],
    userObjective: ["f64", Math.ceil(users / sizes.objectiveBlockRows), 2],
    itemObjective: ["f64", Math.ceil(items / sizes.objectiveBlockRows), 2],
    deviations: ["f64", users, 2],
  };
}
