import { DataError } from "../base/errors.js";
import { minDimension } from "./collect.js";
import type { ModelComponents, ModelData, ModelEntities, ModelFacts } from "./data.js";
import { checkColumns } from "./layout.js";
import { findFault } from "./manifest.js";
import { quote, refusal } from "./refusal.js";

/** Two rows of one (tenant, name) would make a score ambiguous; SynapseML would answer with both. */
export function refuseDuplicates(file: string, tenant: readonly string[], name: readonly string[]): void {
  const seen = new Map<string, Set<string>>();
  for (let i = 0; i < name.length; i++) {
    const key = tenant[i].toWellFormed();
    const names = seen.get(key) ?? new Set();
    if (names.size === 0) seen.set(key, names);
    const size = names.size;
    if (names.add(name[i].toWellFormed()).size === size) {
      throw refusal({
        file,
        expected: "every name once in a tenant",
        found: `${quote(name[i])} of tenant ${quote(tenant[i])} twice`,
        hint: "names that differ only in broken Unicode (lone surrogates) are one name: make them well-formed before training",
      });
    }
  }
}

/** Refuses a model that could not be loaded again. */
export function checkModel(data: ModelData, facts: ModelFacts): void {
  checkColumns(data.columns);
  const { users, resources, userComponents, resourceComponents, history, dimension } = data;
  if (!Number.isSafeInteger(dimension) || dimension < minDimension) {
    throw unsound("dimension", `an integer from ${minDimension}`, dimension);
  }
  checkEntities("users", users, dimension);
  checkEntities("resources", resources, dimension);
  if ((userComponents === null) !== (resourceComponents === null)) {
    throw unsound("components", "those of users and of resources, or neither", "one of them");
  }
  checkComponents("userComponents", userComponents);
  checkComponents("resourceComponents", resourceComponents);
  if (history) checkLengths("history", history.user.length, { tenant: history.tenant, res: history.res });
  checkFacts(facts, data);
}

function checkEntities(what: string, { tenant, name, vectors }: ModelEntities, dimension: number): void {
  checkLengths(what, name.length, { tenant });
  checkLengths(what, name.length * dimension, { vectors });
  const bad = vectors.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const row = Math.floor(bad / dimension);
    throw unsound(what, "finite vectors", `${vectors[bad]} in that of ${quote(name[row])}`);
  }
  refuseDuplicates(`the model's ${what}`, tenant, name);
}

function checkComponents(what: string, components: ModelComponents | null): void {
  if (!components) return;
  const { tenant, name, component } = components;
  checkLengths(what, name.length, { tenant, component });
  refuseDuplicates(`the model's ${what}`, tenant, name);
}

function checkFacts(facts: ModelFacts, { users, resources }: ModelData): void {
  const fault = findFault(facts);
  if (fault) throw new DataError(`the model's facts: ${fault}`);
  const { counts, tenants } = facts;
  if (counts.users !== users.name.length) throw unsound("counts.users", `${users.name.length}`, counts.users);
  if (counts.resources !== resources.name.length) {
    throw unsound("counts.resources", `${resources.name.length}`, counts.resources);
  }
  if (counts.tenants !== tenants.length) throw unsound("counts.tenants", `${tenants.length}`, counts.tenants);
}

function checkLengths(what: string, expected: number, columns: Record<string, { length: number }>): void {
  for (const [column, { length }] of Object.entries(columns)) {
    if (length !== expected) throw unsound(`${what}.${column}`, `${expected} values`, length);
  }
}

function unsound(what: string, expected: string, found: string | number): DataError {
  return refusal({ file: `the model's ${what}`, expected, found: String(found), hint: "train the model again" });
}
