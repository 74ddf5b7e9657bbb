import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireSameRows, writeRows } from "../../bench/ingest/rows.mjs";
import { type ReadOptions, readAccesses } from "../../src/ingest/read.js";
import { resolveSelection, type SelectionOptions } from "../../src/ingest/selection.js";
import { isoDay } from "../../src/interactions/accesses.js";
import { rowsOf } from "./helpers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Reads an input with byoml and with a script of DuckDB, and compares the counted rows.
 *
 * @param script  path in the project, given `input` (or `seen`, where DuckDB is to look elsewhere) and the file to write rows to
 * @returns how many rows each has
 * @throws Error when they differ; the first differing ones are shown
 */
export async function rowsAsInDuckdb(
  script: string,
  input: string,
  selection: SelectionOptions,
  { seen = input, ...options }: ReadOptions & { seen?: string } = {},
): Promise<number> {
  const python = process.env["BYOML_PYTHON"];
  if (!python) throw new Error("BYOML_PYTHON is not set: run the suite by its npm script");
  const folder = mkdtempSync(join(tmpdir(), "byoml-duckdb-"));
  try {
    const [ours, theirs] = [join(folder, "ours.jsonl"), join(folder, "theirs.jsonl")];
    const { status, stderr, error } = spawnSync(python, ["-I", join(root, script), seen, theirs], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${script} failed: ${error?.message ?? stderr}`);
    const { table } = await readAccesses([input], resolveSelection(selection), options);
    const rows = rowsOf(table).map(([tenant, user, resource, day, weight]) => [
      ...[tenant, user, resource, day === null ? null : isoDay(Number(day)), weight],
    ]);
    writeRows(ours, rows);
    return await requireSameRows({ path: ours, name: "byoml" }, { path: theirs, name: "DuckDB" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
