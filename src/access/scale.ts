import type { Interactions } from "../interactions/interactions.js";

/**
 * Scales likelihoods linearly to [low, high] within each tenant; a tenant whose likelihoods are all equal gets the midpoint.
 *
 * @returns f32[length], the ratings that are trained on; Spark keeps ratings in float32 too
 * @see SynapseML LinearScalarScaler
 */
export function scaleLikelihoods(
  { likelihood, user, users, tenants }: Interactions,
  low: number | null,
  high: number | null,
): Float32Array {
  if (low === null || high === null) return Float32Array.from(likelihood);
  const least = new Float64Array(tenants.length).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(tenants.length).fill(Number.NEGATIVE_INFINITY);
  for (let n = 0; n < likelihood.length; n++) {
    const t = users.tenant[user[n]];
    least[t] = Math.min(least[t], likelihood[n]);
    most[t] = Math.max(most[t], likelihood[n]);
  }
  return Float32Array.from(likelihood, (value, n) => {
    const t = users.tenant[user[n]];
    const spread = most[t] - least[t];
    if (spread === 0) return (low + high) / 2;
    // A spread beyond the largest number is scaled by halves.
    const share = Number.isFinite(spread)
      ? (value - least[t]) / spread
      : (value / 2 - least[t] / 2) / (most[t] / 2 - least[t] / 2);
    return low + share * (high - low);
  });
}
