/*
 * Reading exports: SecurityEvent rows with EventID 5140, counted per tenant, account, share and day. Whole processes with two threads,
 * files in the page cache, ours and the peer in turns; figures are medians. Before a figure is printed the rows of all sides are
 * compared with DuckDB's. `--size 20GB` takes exports of another size than 2 GB; `atLeast` is the ratio that must be reached.
 *
 * `spill` has no peer but its budget: the peak of a process that counts 100 million distinct pairs of 20 million names.
 */
import { exportsOf, parseSize } from "../ingest/data.mjs";
import { race } from "../ingest/race.mjs";
import { spill } from "../ingest/spill.mjs";
import { comparison } from "../row.mjs";

const DEFAULT_SIZE = "2GB";
/** Peak memory is asked for at 20 GB: a reader that holds what it reads is found out there. */
const SIZE_OF_PEAK = 20e9;
const MANY = 5;
const FEW = 3;

const rows = {
  "fast-duckdb": { exports: "mixed", peer: "duckdb", rounds: MANY, figure: "seconds", atLeast: 2.3 },
  "fast-duckdb-cpu": { exports: "mixed", peer: "duckdb", rounds: MANY, figure: "cpuInSeconds", atLeast: 2.7 },
  "strict-duckdb": { exports: "mixed", peer: "duckdb", mode: "strict", rounds: MANY, figure: "seconds", atLeast: 1 },
  "all-match-duckdb": { exports: "all", peer: "duckdb", rounds: MANY, figure: "seconds", atLeast: 1 },
  "fast-spark": { exports: "mixed", peer: "spark", rounds: FEW, figure: "seconds", atLeast: 25 },
  "fast-node": { exports: "mixed", peer: "node", rounds: FEW, figure: "seconds", atLeast: 14 },
  "gzip-duckdb": { exports: "gzip", peer: "duckdb", rounds: MANY, figure: "seconds", atLeast: 1 },
  "rss-duckdb": { exports: "mixed", peer: "duckdb", rounds: MANY, figure: "peakInBytes", atLeast: 2 },
};

/** How the figures of a race are shown. */
const units = {
  seconds: { unit: "s", scale: 1 },
  cpuInSeconds: { unit: "CPU s", scale: 1 },
  peakInBytes: { unit: "MB", scale: 1e-6 },
};

/** The options of the command line that the suite takes beside those of all suites. */
export const options = ["size"];

const races = Object.fromEntries(
  Object.entries(rows).map(([measure, row]) => [
    measure,
    async ({ peers, size = DEFAULT_SIZE }) => {
      if (!peers) throw new Error("its figures are ratios to peers: run it without --no-peers");
      const { exports, peer, mode, rounds, figure, atLeast } = row;
      const bytes = parseSize(size);
      const result = await once({ exports, peer, mode, rounds, bytes });
      const { unit, scale } = units[figure];
      return [
        comparison({
          ...{ measure, unit, atLeast, peerVersion: result.version },
          ...{ ours: result.ours[figure] * scale, peer: result.peer[figure] * scale },
          note: `${bytes / 1e6} MB of JSON${about(row, bytes, result)}`,
        }),
      ];
    },
  ]),
);

function about({ figure, mode }, bytes, result) {
  const how = mode === undefined ? "" : `, mode ${mode}`;
  if (figure === "seconds") return how + speeds(bytes, result);
  return figure === "peakInBytes" && bytes < SIZE_OF_PEAK ? `${how}; the figure to reach is that of --size 20GB` : how;
}

function speeds(bytes, { ours, peer }) {
  const speed = ({ seconds }) => (bytes / seconds / 1e9).toPrecision(2);
  // Python's start is the peer's, not DuckDB's: a reader can leave it out.
  const query = peer.querySeconds === undefined ? "" : `; its query alone ${peer.querySeconds.toFixed(2)} s`;
  return `, ${speed(ours)} and ${speed(peer)} GB/s${query}`;
}

/** What was raced already: measures that look at the same race share it. */
const done = new Map();

function once(job) {
  const key = JSON.stringify(job);
  if (!done.has(key)) done.set(key, run(job));
  return done.get(key);
}

async function run({ exports, bytes, ...how }) {
  return race({ folder: await exportsOf(exports, bytes), ...how });
}

export const measures = { ...races, spill };
