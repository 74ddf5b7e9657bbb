import type { AccessTable } from "../interactions/accesses.js";
import type { Context } from "./context.js";

/** The accesses of a history file: CSV, JSON lines or Parquet with the columns `tenant` (may be absent), `user` and `res`. */
export async function readHistory(context: Context, path: string): Promise<AccessTable> {
  const { env, signal } = context.io;
  const plan = await context.engine.plan([path], { ...context.azure, env, signal });
  const selection = { user: "user", resource: "res" };
  const { table } = await context.engine.read(plan, selection, { maxBadLines: 0, ...context.run });
  return table;
}
