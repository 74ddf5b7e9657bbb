import type { ModelData, ModelEntities } from "../model/data.js";
import type { Expectation } from "./types.js";

/**
 * The nearest names on each side by the model's own measure: the lowest anomaly scores of a user over all resources of its tenant and
 * component, and of a resource over all such users.
 *
 * @param rows  the access's rows in the model, -1 where unknown
 *
 * Cost: one dot product a resource and a user. For explanations of single accesses, not for bulk.
 */
export function expectation(
  { users, resources, dimension }: ModelData,
  components: { users: Int32Array; resources: Int32Array },
  rows: { user: number; resource: number },
  limit: number,
): Expectation {
  const score = (user: number, resource: number): number => {
    let sum = 0;
    for (let i = 0; i < dimension; i++)
      sum += users.vectors[user * dimension + i] * resources.vectors[resource * dimension + i];
    return sum;
  };
  const lowest = (
    own: ModelEntities,
    row: number,
    component: number,
    others: ModelEntities,
    otherComponents: Int32Array,
    scoreOf: (other: number) => number,
  ): string[] => {
    const best: { name: string; score: number }[] = [];
    for (let other = 0; other < others.name.length; other++) {
      if (others.tenant[other] !== own.tenant[row] || otherComponents[other] !== component) continue;
      const value = scoreOf(other);
      if (best.length === limit && value >= best[limit - 1].score) continue;
      if (best.length === limit) best.pop();
      const place = best.findIndex((entry) => entry.score > value);
      best.splice(place < 0 ? best.length : place, 0, { name: others.name[other], score: value });
    }
    return best.map(({ name }) => name);
  };
  const { user, resource } = rows;
  return {
    expectedResources:
      user < 0
        ? []
        : lowest(users, user, components.users[user], resources, components.resources, (r) => score(user, r)),
    expectedUsers:
      resource < 0
        ? []
        : lowest(resources, resource, components.resources[resource], users, components.users, (u) =>
            score(u, resource),
          ),
  };
}
