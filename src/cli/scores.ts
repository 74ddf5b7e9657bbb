import { type Reason, reasons, type ScoredPairs } from "../access/types.js";
import type { AccessTable } from "../interactions/accesses.js";
import { score as scoreText } from "./format.js";
import { table as textTable } from "./table.js";

/** One scored access for people and JSON: the score is null where it is infinite or unknown. */
export interface ScoreRow {
  tenant: string;
  user: string;
  res: string;
  anomaly_score: number | null;
  reason: Reason;
}

/** How many accesses there are of each reason. */
export function byReason(pairs: ScoredPairs): Record<Reason, number> {
  const counts = reasons.map(() => 0);
  for (let row = 0; row < pairs.length; row++) counts[pairs.reason[row]]++;
  return Object.fromEntries(reasons.map((reason, i) => [reason, counts[i]])) as Record<Reason, number>;
}

/** The accesses at these positions. */
export function scoreRows(table: AccessTable, pairs: ScoredPairs, rows: ArrayLike<number>): ScoreRow[] {
  return Array.from({ length: rows.length }, (_, i) => {
    const row = rows[i];
    const score = pairs.score[row];
    return {
      tenant: table.tenants.names[pairs.tenant[row]],
      user: table.users.names[pairs.user[row]],
      res: table.resources.names[pairs.resource[row]],
      anomaly_score: Number.isFinite(score) ? score : null,
      reason: reasons[pairs.reason[row]],
    };
  });
}

/** Accesses as a table in the terminal; the tenant only where there are several. */
export function scoresText(rows: readonly ScoreRow[], width: number): Promise<string> {
  const several = new Set(rows.map(({ tenant }) => tenant)).size > 1;
  const columns = [{ title: "score", align: "right" as const }, { title: "user" }, { title: "resource" }];
  const cells = rows.map(({ tenant, user, res, anomaly_score, reason }) => [
    reason === "disconnected" ? scoreText(Number.POSITIVE_INFINITY) : scoreText(anomaly_score),
    user,
    res,
    ...(several ? [tenant] : []),
  ]);
  return textTable(several ? [...columns, { title: "tenant" }] : columns, cells, width);
}
