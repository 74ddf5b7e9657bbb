import { reasons, type ScoredPairs } from "../access/types.js";
import { type AccessTable, isoDay } from "../interactions/accesses.js";
import { choose } from "../sinks/choose.js";
import type { Engine, Model, UnusualAccess } from "./engine.js";
import { scoresText } from "./scores.js";

/** How many of the accesses in a table are explained in words. */
const explained = 3;

/** The most unusual accesses, with what the model expected instead. */
export function mostUnusual(model: Model, table: AccessTable, pairs: ScoredPairs, top: number): UnusualAccess[] {
  return Array.from(choose(table, pairs, { top }), (row) => unusualOf(model, table, pairs, row));
}

/** One scored access with what is known of it. */
export function unusualOf(model: Model, table: AccessTable, pairs: ScoredPairs, row: number): UnusualAccess {
  const tenant = table.tenants.names[pairs.tenant[row]];
  const user = table.users.names[pairs.user[row]];
  const res = table.resources.names[pairs.resource[row]];
  return {
    tenant,
    user,
    res,
    score: finite(pairs.score[row]),
    reason: reasons[pairs.reason[row]],
    count: pairs.weight[row],
    firstDay: isoDay(pairs.firstDay[row]),
    lastDay: isoDay(pairs.lastDay[row]),
    ...model.expect(tenant, user, res),
  };
}

/** The score where it is a number, else null: JSON knows no other. */
export function finite(score: number): number | null {
  return Number.isFinite(score) ? score : null;
}

/** The accesses for `--json`, each with its sentence. */
export async function unusualDocument(engine: Engine, accesses: readonly UnusualAccess[]): Promise<unknown[]> {
  const explain = await engine.explainer();
  return accesses.map(({ score, ...access }) => ({
    ...access,
    anomaly_score: score,
    explanation: explain({ ...access, score }),
  }));
}

/** The accesses as a table, and why the first ones are unusual. */
export async function unusualText(engine: Engine, accesses: readonly UnusualAccess[], width: number): Promise<string> {
  const explain = await engine.explainer();
  const rows = accesses.map(({ score, ...access }) => ({ ...access, anomaly_score: score }));
  const sentences = accesses.slice(0, explained).map((access) => `  ${explain(access)}\n`);
  return `${await scoresText(rows, width)}\nwhy the first ${sentences.length > 1 ? `${sentences.length} are` : "is"} unusual:\n${sentences.join("")}`;
}
