import { DataError } from "../base/errors.js";
import { type AccessTable, NO_TENANT } from "../interactions/accesses.js";
import { buildInteractions, type Interactions } from "../interactions/interactions.js";
import { likelihoodsOf, pairsOf } from "../interactions/pairs.js";
import { Vocabulary } from "../interactions/vocabulary.js";
import type { AccessRow, AccessRows } from "./types.js";

/** The columns of a row. `likelihood` null: every row counts one. */
export interface RowColumns {
  tenantCol: string;
  userCol: string;
  resCol: string;
  likelihoodCol: string | null;
}

/** Whether accesses come as a counted table rather than row by row. */
export function isTable(accesses: AccessRows | AccessTable): accesses is AccessTable {
  return "tenants" in accesses && accesses.tenants instanceof Vocabulary;
}

/** Text of a cell, as it can be written in UTF-8: numbers, bigints and booleans as text; undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value.toWellFormed();
  if (typeof value === "number") return Number.isNaN(value) ? undefined : String(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  return undefined;
}

/** The likelihood of a row, or NaN where it is no finite number. */
function numberOf(value: unknown): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "bigint") return Number(number);
  return typeof number === "number" && Number.isFinite(number) ? number : Number.NaN;
}

/** Reads accesses into the canonical order, and counts what is left out and why. */
export async function readInteractions(
  accesses: AccessRows | AccessTable,
  columns: RowColumns,
  signal?: AbortSignal,
): Promise<{ interactions: Interactions; leftOut: Record<string, number> }> {
  if (isTable(accesses)) {
    const pairs = pairsOf(accesses);
    const interactions = buildInteractions({
      tenants: accesses.tenants.names,
      users: accesses.users.names,
      resources: accesses.resources.names,
      tenant: pairs.tenant,
      user: pairs.user,
      resource: pairs.resource,
      likelihood: likelihoodsOf(pairs, accesses.weightKind),
    });
    return { interactions, leftOut: {} };
  }
  const [tenants, users, resources] = [new Vocabulary(), new Vocabulary(), new Vocabulary()];
  const tenant: number[] = [];
  const user: number[] = [];
  const resource: number[] = [];
  const likelihood: number[] = [];
  const leftOut: Record<string, number> = {};
  const skip = (why: string) => {
    leftOut[why] = (leftOut[why] ?? 0) + 1;
  };
  let seen = 0;
  for await (const row of accesses as AsyncIterable<AccessRow>) {
    if ((++seen & 0xfff) === 0) signal?.throwIfAborted();
    const userName = textOf(row[columns.userCol]);
    const resName = textOf(row[columns.resCol]);
    const value = columns.likelihoodCol === null ? 1 : numberOf(row[columns.likelihoodCol]);
    if (userName === undefined) skip(`no ${columns.userCol}`);
    else if (resName === undefined) skip(`no ${columns.resCol}`);
    else if (Number.isNaN(value)) skip(`no finite ${columns.likelihoodCol}`);
    else {
      tenant.push(tenants.add(textOf(row[columns.tenantCol]) ?? NO_TENANT));
      user.push(users.add(userName));
      resource.push(resources.add(resName));
      likelihood.push(value);
    }
  }
  signal?.throwIfAborted();
  const interactions = buildInteractions({
    tenants: tenants.names,
    users: users.names,
    resources: resources.names,
    tenant: Int32Array.from(tenant),
    user: Int32Array.from(user),
    resource: Int32Array.from(resource),
    likelihood: Float64Array.from(likelihood),
  });
  return { interactions, leftOut };
}

/** @throws DataError when no access is left to train on */
export function requireSome(interactions: Interactions, leftOut: Record<string, number>): void {
  if (interactions.length > 0) return;
  const reasons = Object.entries(leftOut).map(([why, count]) => `${count} with ${why}`);
  throw new DataError(
    reasons.length > 0
      ? `no access to train on: all rows were left out (${reasons.join(", ")})`
      : "no access to train on: the input is empty",
    { hint: "Check the names of the columns (tenantCol, userCol, resCol, likelihoodCol).", details: { leftOut } },
  );
}
