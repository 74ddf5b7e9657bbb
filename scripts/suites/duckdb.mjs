/* What the suite of rows beside DuckDB's needs: DuckDB in Python, as the benches do. */
export { setUpDuckdb as setUp } from "../../bench/setup/duckdb.mjs";
