/*
 * Races over an export: whole processes of ours and of a peer in turns, after all of them have given the rows that DuckDB gives.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp as setUpSpark } from "../../scripts/suites/spark.mjs";
import { peerScript, root } from "../files.mjs";
import { median } from "../print.mjs";
import { timed } from "../process.mjs";
import { setUpDuckdb } from "../setup/duckdb.mjs";
import { requireSameRows } from "./rows.mjs";

/** Who takes part: how each is started, with a folder and, to have the rows, a file as arguments. */
const contestants = {
  byoml: (mode) => {
    const how = mode === undefined ? [] : ["--mode", mode];
    return { command: [process.execPath, join(root, "bench/jobs/count-exports.mjs"), ...how] };
  },
  duckdb: () => {
    const env = setUpDuckdb();
    return { command: [env.BYOML_PYTHON, peerScript("duckdb_counts.py")], env };
  },
  spark: async () => {
    const env = await setUpSpark();
    return { command: [env.BYOML_PYTHON, peerScript("spark_counts.py")], env };
  },
  node: () => ({ command: [process.execPath, peerScript("node_counts.mjs")] }),
};

/**
 * Runs byoml and a peer over a folder of exports in turns; `mode` is how byoml reads, its default where none is given.
 *
 * @returns { ours, peer, version }: medians `{ seconds, cpuInSeconds, peakInBytes }` of both sides, of DuckDB `querySeconds` too, and
 *          the peer's version
 * @throws Error when a side's rows are not DuckDB's; the first differing ones are shown
 */
export async function race({ folder, peer, rounds, mode }) {
  const sides = { byoml: await contestant("byoml", mode), [peer]: await contestant(peer) };
  const expected = await requireAgreement(folder, sides);
  const runs = { byoml: [], [peer]: [] };
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(sides)) {
      const run = await sides[name](folder);
      requireSameSums(name, run, expected);
      runs[name].push(run);
    }
  return { ours: medians(runs.byoml), peer: medians(runs[peer]), version: runs[peer][0].version };
}

/** A function that runs a contestant's process and gives what it says of itself and what it took. */
async function contestant(name, mode) {
  const { command, env } = await contestants[name](mode);
  const meter = [setUpDuckdb().BYOML_PYTHON, "-I", join(root, "bench/ingest/usage.py")];
  return async (...args) => {
    const [program, ...rest] = [...meter, ...command, ...args];
    const { stdout } = await timed(program, rest, { env });
    const [said, took] = stdout.trim().split("\n").slice(-2);
    return { ...JSON.parse(said), ...JSON.parse(took) };
  };
}

/**
 * Has every side write its rows and compares them with DuckDB's; the files are in the page cache afterwards. Returns the number of rows
 * and of accesses.
 */
async function requireAgreement(folder, sides) {
  const rows = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  try {
    const duckdb = { path: join(rows, "duckdb.jsonl"), name: "DuckDB" };
    const expected = await (await contestant("duckdb"))(folder, duckdb.path);
    for (const [name, run] of Object.entries(sides)) {
      if (name === "duckdb") continue;
      const path = join(rows, `${name}.jsonl`);
      await run(folder, path);
      const same = await requireSameRows({ path, name }, duckdb);
      console.error(`  ${name} and DuckDB agree on ${same} rows`);
    }
    return expected;
  } finally {
    rmSync(rows, { recursive: true });
  }
}

/** A run whose rows are not written must still have counted as much. */
function requireSameSums(name, { rows, accesses }, expected) {
  if (rows === expected.rows && accesses === expected.accesses) return;
  const sums = `${rows} rows of ${accesses} accesses`;
  throw new Error(`${name} counted ${sums}, DuckDB ${expected.rows} of ${expected.accesses}`);
}

/** The median of each number that all runs have. */
function medians(runs) {
  const keys = Object.keys(runs[0]).filter((key) => typeof runs[0][key] === "number");
  return Object.fromEntries(keys.map((key) => [key, median(runs.map((run) => run[key]))]));
}
