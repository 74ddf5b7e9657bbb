import type { AlsFactors } from "../als/factors.js";

/**
 * Extends factors by two places so that a plain dot product is the anomaly score:
 *
 *     U = -1/std [u, -mean, 1]      R = [r, 1, 0]      U . R = -(u . r - mean) / std
 *
 * Over the training accesses of a tenant scores have mean 0 and deviation 1, and high means unusual. Where all predictions of a
 * tenant are equal (std 0) they are not divided, and all scores are 0 but for what is predicted otherwise, as in SynapseML.
 *
 * @param factors     f32[users, rank], f32[resources, rank]
 * @param tenantOf    i32[users]
 * @param statistics  mean and deviation of the predictions of each tenant
 * @returns f64[users, rank + 2], f64[resources, rank + 2]
 * @see SynapseML ModelNormalizeTransformer
 */
export function standardisedVectors(
  { rank, users, items }: AlsFactors,
  tenantOf: Int32Array,
  statistics: readonly { mean: number; std: number }[],
): { users: Float64Array; resources: Float64Array } {
  const dimension = rank + 2;
  const userVectors = new Float64Array(tenantOf.length * dimension);
  for (let row = 0; row < tenantOf.length; row++) {
    const { mean, std } = statistics[tenantOf[row]];
    const coefficient = -1 / (std === 0 ? 1 : std);
    const at = row * dimension;
    for (let i = 0; i < rank; i++) userVectors[at + i] = coefficient * users[row * rank + i];
    userVectors[at + rank] = coefficient * -mean;
    userVectors[at + rank + 1] = coefficient;
  }
  const rows = items.length / rank;
  const resourceVectors = new Float64Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    const at = row * dimension;
    for (let i = 0; i < rank; i++) resourceVectors[at + i] = items[row * rank + i];
    resourceVectors[at + rank] = 1;
  }
  return { users: userVectors, resources: resourceVectors };
}
