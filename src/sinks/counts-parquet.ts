import { ParquetWriter } from "hyparquet-writer";
import { type AccessTable, NO_DAY } from "../interactions/accesses.js";
import type { AccessBatch } from "../interactions/batch.js";
import type { Encoder } from "./encoder.js";
import { takingWriter, textColumn } from "./parquet.js";

/** Parquet, Snappy. A day is a DATE, null where it is not known. One row group a batch. */
export function parquet(kind: AccessTable["weightKind"]): Encoder<AccessBatch> {
  const { writer, take } = takingWriter();
  const file = new ParquetWriter({
    writer,
    createdBy: "byoml",
    statistics: false, // of names they say little, and making them takes as long as writing
    schema: [
      { name: "root", num_children: 5 },
      textColumn("tenant"),
      textColumn("user"),
      textColumn("res"),
      { name: "TimeGenerated", type: "INT32", converted_type: "DATE", repetition_type: "OPTIONAL" },
      { name: kind, type: "DOUBLE", repetition_type: "REQUIRED" },
    ],
  });
  return {
    head: take,
    rows({ length, tenant, user, resource, day, weight }) {
      file.write({
        rowGroupSize: length,
        columnData: [
          { name: "tenant", data: [...tenant] },
          { name: "user", data: [...user] },
          { name: "res", data: [...resource] },
          { name: "TimeGenerated", data: Array.from(day, (value) => (value === NO_DAY ? null : value)) },
          // A dictionary would make 0 and -0 one.
          { name: kind, data: weight, encoding: "PLAIN" },
        ],
      });
      return take();
    },
    end() {
      file.finish();
      return take();
    },
  };
}
