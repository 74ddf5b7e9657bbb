/*
 * Training that starts from an older model: its factors for users and resources that are still there, NaN for those that have come.
 */
import type { InitialFactors } from "../als/foldin.js";
import { DataError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { Entities, Interactions } from "../interactions/interactions.js";
import type { ModelData, ModelEntities, WarmStartFacts } from "../model/data.js";
import { EntityIndex } from "./lookup.js";

/** @throws OptionError  when factors of the model's rank are not what is trained */
export function checkWarmStart({ dimension }: Pick<ModelData, "dimension">, rank: number): void {
  if (dimension - 2 !== rank)
    throw new OptionError(
      "rank",
      `${dimension - 2}, the rank of the model to start from`,
      rank,
      "Give the rank of that model, or train without it.",
    );
}

/**
 * The factors of a model, by the rows of today's interactions.
 *
 * A model holds U = c [u, -mean, 1] and R = [r, 1, 0] (`standardisedVectors`), so u is U over its own last place. The factors are
 * float32 and the vectors float64, so this gives them back to the bit. A zero vector says nothing, and counts as unknown.
 *
 * @returns initial  f32[users, rank] and f32[resources, rank], NaN for what the model does not know
 * @throws OptionError  when the rank is another
 * @throws DataError    when vectors are not such that the model can be told apart from its scale
 */
export function warmStart(
  data: ModelData,
  { tenants, users, resources }: Interactions,
  rank: number,
): { initial: InitialFactors; facts: WarmStartFacts } {
  checkWarmStart(data, rank);
  const user = matchRows(data.users, users, tenants);
  const resource = matchRows(data.resources, resources, tenants);
  return {
    initial: {
      users: factorsOf("user", data.users, data.dimension, user.rows),
      items: factorsOf("resource", data.resources, data.dimension, resource.rows),
    },
    facts: { users: user.facts, resources: resource.facts },
  };
}

/** For each entity of today its row in the model, or -1. */
function matchRows(model: ModelEntities, today: Entities, tenants: readonly string[]) {
  const index = new EntityIndex();
  model.name.forEach((name, row) => {
    index.add(model.tenant[row], name, row);
  });
  const rows = Int32Array.from(today.name, (name, n) => index.rowOf(tenants[today.tenant[n]], name));
  const known = rows.filter((row) => row >= 0).length;
  return { rows, facts: { known, new: rows.length - known, gone: model.name.length - known } };
}

function factorsOf(
  what: "user" | "resource",
  { tenant, name, vectors }: ModelEntities,
  dimension: number,
  rows: Int32Array,
): Float32Array {
  const rank = dimension - 2;
  const factors = new Float32Array(rows.length * rank).fill(Number.NaN);
  rows.forEach((row, n) => {
    if (row < 0) return;
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    const scale = what === "user" ? vector[rank + 1] : vector[rank];
    const found = Float32Array.from(vector.subarray(0, rank), (value) => value / scale);
    if (!found.every(Number.isFinite))
      throw new DataError(
        `the model to start from: the vector of ${what} ${inert(JSON.stringify(name[row]), 200)} (tenant ` +
          `${inert(JSON.stringify(tenant[row]), 80)}): expected factors and their scale, got ${scale} for the scale`,
        { hint: "Train without it.", details: { [what]: name[row], tenant: tenant[row] } },
      );
    if (found.some((value) => value !== 0)) factors.set(found, n * rank);
  });
  return factors;
}
