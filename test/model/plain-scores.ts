import type { ModelData, ModelEntities } from "../../src/model/data.js";
import type { Pair } from "./synapseml-fixture.js";

/**
 * SynapseML's scores in the plainest form, as an oracle: 0 for an access of the history, null where the user or the resource is
 * unknown (to the components too, where there are any), Infinity between components, else the dot product.
 */
export function plainScores(data: ModelData, pairs: readonly Pair[]): (number | null)[] {
  const users = vectorsOf(data.users, data.dimension);
  const resources = vectorsOf(data.resources, data.dimension);
  const userComponent = data.userComponents && componentsOf(data.userComponents);
  const resourceComponent = data.resourceComponents && componentsOf(data.resourceComponents);
  const { history } = data;
  const seen = new Set(history?.user.map((user, i) => key(history.tenant[i], user, history.res[i])));
  return pairs.map(({ tenant, user, res }) => {
    if (seen.has(key(tenant, user, res))) return 0;
    const u = users.get(key(tenant, user));
    const r = resources.get(key(tenant, res));
    if (!u || !r) return null;
    if (userComponent && resourceComponent) {
      const a = userComponent.get(key(tenant, user));
      const b = resourceComponent.get(key(tenant, res));
      if (a === undefined || b === undefined) return null;
      if (a !== b) return Number.POSITIVE_INFINITY;
    }
    return u.reduce((sum, value, k) => sum + value * r[k], 0);
  });
}

const key = (...names: string[]) => JSON.stringify(names);

function vectorsOf({ tenant, name, vectors }: ModelEntities, dimension: number): Map<string, Float64Array> {
  return new Map(
    name.map((n, i) => [key(tenant[i], n), vectors.subarray(i * dimension, (i + 1) * dimension)] as const),
  );
}

function componentsOf({ tenant, name, component }: NonNullable<ModelData["userComponents"]>): Map<string, bigint> {
  return new Map(name.map((n, i) => [key(tenant[i], n), component[i]] as const));
}
