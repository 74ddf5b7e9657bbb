import type { KernelCall } from "./calls.js";
import type { DType, MemoryPlan, Region } from "./plan.js";

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
  const needWords = (name: string) => {
    const region = plan.regions[name];
    return need(name, region?.dtype === "f32" || region?.dtype === "i32" ? region.dtype : "u32", 1);
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
    case "localityKeys":
      need(call.x, "f32", 2);
      need(call.gram, "f32", 1);
      need(call.keys, "i32", 1);
      break;
    case "gatherWords":
    case "copyWords":
      need(call.ptr, "u32", 1);
      same(needWords(call.from), needWords(call.to), 0);
      break;
    case "permuteRows":
      need(call.x, "f32", 2);
      need(call.order, "i32", 1);
      need("scratch", "u8", 2);
      break;
    case "renameSources":
      need(call.idx, "i32", 1);
      need(call.places, "i32", 1);
      need(call.ptr, "u32", 1);
      break;
    case "deviationRows":
      same(need(call.x, "f32", 2), need(call.y, "f32", 2), 1);
      needRatings(call.ptr, call.idx);
      same(need(call.out, "f64", 2), need(call.x, "f32", 2), 0);
      if (call.places !== undefined) need(call.places, "i32", 1);
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
