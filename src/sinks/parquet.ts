import type { Encoder } from "./encoder.js";
import { parquetFile, textColumn } from "./parquet-file.js";
import type { ResultBatch } from "./results.js";

/** Scores: the score of a disconnected access is Infinity, of an unknown one null. */
export function parquet(): Encoder {
  const columns = [
    ...["tenant", "user", "res"].map(textColumn),
    { name: "anomaly_score", type: "DOUBLE", repetition_type: "OPTIONAL" } as const,
    textColumn("reason"),
  ];
  return parquetFile(columns, ({ tenant, user, res, score, reason }: ResultBatch) => [
    { name: "tenant", data: [...tenant] },
    { name: "user", data: [...user] },
    { name: "res", data: [...res] },
    { name: "anomaly_score", data: score.map((value) => (Number.isNaN(value) ? null : value)) },
    { name: "reason", data: [...reason] },
  ]);
}
