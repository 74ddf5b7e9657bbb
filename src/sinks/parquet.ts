import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Encoder } from "./encoder.js";

/** A writer whose bytes are taken from it as they come. */
export function takingWriter(): { writer: ByteWriter; take: () => Uint8Array } {
  const writer = new ByteWriter();
  /** What was encoded since the last time; `writer.offset` goes on counting, positions in the file are its business. */
  const take = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return { writer, take };
}

/** A column of text without nulls. */
export function textColumn(name: string) {
  return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" } as const;
}

/** Parquet, Snappy. The score of a disconnected access is Infinity, of an unknown one null. One row group a batch. */
export function parquet(): Encoder {
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
      { name: "anomaly_score", type: "DOUBLE", repetition_type: "OPTIONAL" },
      textColumn("reason"),
    ],
  });
  return {
    head: take,
    rows(batch) {
      file.write({
        rowGroupSize: batch.length,
        columnData: [
          { name: "tenant", data: [...batch.tenant] },
          { name: "user", data: [...batch.user] },
          { name: "res", data: [...batch.res] },
          { name: "anomaly_score", data: batch.score.map((score) => (Number.isNaN(score) ? null : score)) },
          { name: "reason", data: [...batch.reason] },
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
