import { poolRegions } from "../pool/control.js";
import { type KernelSizes, kernelSizes } from "../wasm/kernels.js";
import { loadKernels } from "../wasm/module.js";
import { type MemoryPlan, planMemory } from "../wasm/plan.js";

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
 */
export function planAls(shape: AlsShape): { plan: MemoryPlan; sizes: KernelSizes } {
  const { users, items, ratings, rank, threads } = shape;
  const sizes = kernelSizes(loadKernels().module, rank);
  const blocks = Math.max(1, Math.ceil(Math.max(users, items) / sizes.gramBlockRows));
  const plan = planMemory({
    ...poolRegions(threads, sizes.scratchBytes),
    users: ["f32", users, sizes.stride],
    items: ["f32", items, sizes.stride],
    gram: ["f32", sizes.gramBytes / 4],
    gramPartials: ["f64", blocks, sizes.gramPartialBytes / 8],
    userPtr: ["u32", users + 1],
    userIdx: ["i32", ratings],
    userVal: ["f32", ratings],
    itemPtr: ["u32", items + 1],
    itemIdx: ["i32", ratings],
    itemVal: ["f32", ratings],
    userOrder: ["u32", Math.ceil(users / sizes.objectiveBlockRows)],
    itemOrder: ["u32", Math.ceil(items / sizes.objectiveBlockRows)],
    userObjective: ["f64", Math.ceil(users / sizes.objectiveBlockRows), 2],
    itemObjective: ["f64", Math.ceil(items / sizes.objectiveBlockRows), 2],
    deviations: ["f64", users, 2],
  });
  return { plan, sizes };
}
