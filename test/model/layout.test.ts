import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { describe, expect, it } from "vitest";
import { loadModel } from "../../src/model/load.js";
import { saveModel } from "../../src/model/save.js";
import { temporaryFolder } from "./folders.js";
import { factsOf } from "./sample.js";
import { synapsemlModel } from "./synapseml-fixture.js";

const folders = readdirSync(synapsemlModel).sort();

/** The metadata of a table's last part file: SynapseML's first ones are empty. */
function metadataOf(model: string, folder: string): FileMetaData {
  const parts = readdirSync(join(model, folder)).filter((name) => name.endsWith(".parquet"));
  const bytes = Uint8Array.from(readFileSync(join(model, folder, parts.sort().at(-1)!)));
  return parquetMetadata(bytes.buffer);
}

describe("the layout of a saved model", () => {
  it("has SynapseML's folders, columns, types and nullability", async () => {
    const { data } = await loadModel(synapsemlModel);
    const model = join(temporaryFolder(), "model");
    await saveModel(model, data, factsOf(data));
    expect(readdirSync(model).sort()).toEqual(["byoml.json", ...folders]);
    const essence = ({ name, type, repetition_type, converted_type, num_children }: SchemaElement) => ({
      name,
      type,
      repetition_type,
      converted_type,
      num_children,
    });
    for (const folder of folders) {
      const [ours, theirs] = [model, synapsemlModel].map((place) => metadataOf(place, folder));
      expect(ours.schema.slice(1).map(essence)).toEqual(theirs.schema.slice(1).map(essence));
      expect(ours.row_groups[0].columns.map(({ meta_data }) => meta_data?.codec)).toContain("SNAPPY");
      expect(ours.created_by).toMatch(/^byoml version \d+\.\d+\.\d+/);
      expect(readFileSync(join(model, folder, "_SUCCESS"))).toHaveLength(0);
    }
  });
});
