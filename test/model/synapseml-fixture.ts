/** The model that SynapseML saved, and the scores that it gave with it: see test/fixtures/synapseml/README.md. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";

export const synapsemlModel = fileURLToPath(new URL("../fixtures/synapseml-model", import.meta.url));

export interface Pair {
  tenant: string;
  user: string;
  res: string;
}

export const goldenSets = ["train", "intra", "inter"] as const;

/** The recorded scores of one of the sample's sets. */
export function goldenScores(set: (typeof goldenSets)[number]): (Pair & { score: number })[] {
  const file = new URL(`../fixtures/synapseml/scores_implicit_seed1_${set}.csv`, import.meta.url);
  const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true });
  return rows.map(({ tenant, user, res, anomaly_score }) => ({ tenant, user, res, score: Number(anomaly_score) }));
}
