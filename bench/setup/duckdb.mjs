/* The environment of DuckDB in Python, in `.cache/duckdb-venv`. */
import { fileURLToPath } from "node:url";
import { virtualEnvironment } from "../../scripts/suites/needs.mjs";

const venv = fileURLToPath(new URL("../../.cache/duckdb-venv", import.meta.url));

/** Makes the environment where it is missing and returns it; `BYOML_PYTHON` is the interpreter. */
export function setUpDuckdb() {
  return { BYOML_PYTHON: virtualEnvironment(venv, [["duckdb==2.0.0"]]), PYTHONPATH: undefined };
}
