import { readFileSync } from "node:fs";
import type { ScoredAccess } from "../../src/access/types.js";

const folder = new URL("../fixtures/synapseml/", import.meta.url);

export interface SampleRow extends Record<string, unknown> {
  tenant: string;
  user: string;
  res: string;
  likelihood: number;
}

/** SynapseML's own sample: training accesses, unseen ones within a department, and ones across departments. */
export function sample(set: "train" | "intra" | "inter"): SampleRow[] {
  return csv(`${set}.csv`).map((row) => ({ ...row, likelihood: Number(row["likelihood"]) }) as SampleRow);
}

/** The scores that SynapseML gave to a set (implicit, seed 1). */
export function synapseScores(set: "train" | "intra" | "inter"): (SampleRow & { anomaly_score: number })[] {
  return csv(`scores_implicit_seed1_${set}.csv`).map(
    (row) => ({ ...row, anomaly_score: Number(row["anomaly_score"]) }) as SampleRow & { anomaly_score: number },
  );
}

function csv(file: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(new URL(file, folder), "utf8").trim().split(/\r?\n/);
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, n) => [names[n], cell])));
}

/** Mean and population deviation of finite scores. */
export function statistics(scored: readonly ScoredAccess[]): { mean: number; std: number } {
  const scores = scored.map(({ score }) => score as number);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / scores.length) };
}
