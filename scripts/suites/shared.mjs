/* The shared suite reads real data sets that are too large for this repository. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { setUpDuckdb } from "../../bench/setup/duckdb.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The environment of the suite: where the data sets are, from BYOML_SHARED or beside the repository, and DuckDB to compare with. */
export function setUp() {
  const folder = resolve(root, process.env.BYOML_SHARED ?? "../shared");
  if (!existsSync(join(folder, "data")))
    throw new Error(`there is no folder data in ${folder}; set BYOML_SHARED to the folder that holds it`);
  return { BYOML_SHARED: folder, ...setUpDuckdb() };
}
