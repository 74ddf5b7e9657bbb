import { type AccessTable, NO_DAY } from "../interactions/accesses.js";
import type { AccessBatch } from "../interactions/batch.js";
import type { Encoder } from "./encoder.js";
import { parquetFile, textColumn } from "./parquet-file.js";

/** Counts: a day is a DATE, null where it is not known. */
export function parquet(kind: AccessTable["weightKind"]): Encoder<AccessBatch> {
  const columns = [
    ...["tenant", "user", "res"].map(textColumn),
    { name: "TimeGenerated", type: "INT32", converted_type: "DATE", repetition_type: "OPTIONAL" } as const,
    { name: kind, type: "DOUBLE", repetition_type: "REQUIRED" } as const,
  ];
  return parquetFile(columns, ({ tenant, user, resource, day, weight }: AccessBatch) => [
    { name: "tenant", data: [...tenant] },
    { name: "user", data: [...user] },
    { name: "res", data: [...resource] },
    { name: "TimeGenerated", data: Array.from(day, (value) => (value === NO_DAY ? null : value)) },
    // A dictionary would make 0 and -0 one.
    { name: kind, data: weight, encoding: "PLAIN" },
  ]);
}
