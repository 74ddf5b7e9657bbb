import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { Encoder } from "./encoder.js";

/** A column of text without nulls. */
export function textColumn(name: string): SchemaElement {
  return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" };
}

/** Parquet, Snappy: bytes are given as they come, one row group a batch. */
export function parquetFile<Batch extends { readonly length: number }>(
  columns: readonly SchemaElement[],
  dataOf: (batch: Batch) => ColumnSource[],
): Encoder<Batch> {
  const writer = new ByteWriter();
  /** What was encoded since the last time; `writer.offset` goes on counting, positions in the file are its business. */
  const take = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  const file = new ParquetWriter({
    writer,
    createdBy: "byoml",
    statistics: false, // of names they say little, and making them takes as long as writing
    schema: [{ name: "root", num_children: columns.length }, ...columns],
  });
  return {
    head: take,
    rows(batch) {
      file.write({ rowGroupSize: batch.length, columnData: dataOf(batch) });
      return take();
    },
    end() {
      file.finish();
      return take();
    },
  };
}
