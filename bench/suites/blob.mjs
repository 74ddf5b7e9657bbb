/*
 * Reading exports from Blob Storage: SecurityEvent rows with EventID 5140, counted per tenant, account, share and day, from Azurite on
 * loopback, beside the plain client that fetches the same blobs with as many requests and throws the bytes away. Each run is a process;
 * its figure is the time of listing and reading, without its start. Ours and the peer's runs take turns; figures are medians. What is
 * counted is compared with a reading of the same files from disk. `--size 1GB` takes exports of another size than 600 MB.
 *
 * Loading and compiling what reads, some 0.2 s, is in our time: small sizes show mostly that.
 *
 * Azurite is one thread of JavaScript and takes about a core: with two cores, a service that answers faster would show more of either
 * side's own cost.
 */
import { join } from "node:path";
import { startService, uploadExports } from "../blob/service.mjs";
import { root } from "../files.mjs";
import { exportsOf, parseSize } from "../ingest/data.mjs";
import { median } from "../print.mjs";
import { lastJson, timed } from "../process.mjs";
import { comparison } from "../row.mjs";

const DEFAULT_SIZE = "600MB";
const ROUNDS = 5;

/** The least speed beside the plain download. */
const AT_LEAST = 0.8;

/** The options of the command line that the suite takes beside those of all suites. */
export const options = ["size"];

const blobs = {
  "blob-many": { kind: "minutes", asOne: false, what: "288 append blobs of five minutes" },
  "blob-large": { kind: "mixed", asOne: true, what: "one append blob" },
};

export const measures = Object.fromEntries(
  Object.entries(blobs).map(([measure, { kind, asOne, what }]) => [
    measure,
    async ({ peers, size = DEFAULT_SIZE }) => {
      if (!peers) throw new Error("its figure is a ratio to a peer: run it without --no-peers");
      const folder = await exportsOf(kind, parseSize(size));
      const expected = await run("jobs/count-exports.mjs", folder);
      const service = await startService();
      try {
        await uploadExports(service.connectionString, folder, measure, { asOne });
        const { ours, peer } = await race(measure, service.connectionString, expected);
        const speed = (runs) => median(runs.map(({ bytes, seconds }) => bytes / seconds / 1e6));
        const peak = (runs) => `${Math.round(median(runs.map(({ peakInBytes }) => peakInBytes)) / 1e6)} MB`;
        const note = `${what}, ${Math.round(ours[0].bytes / 1e6)} MB; peak ${peak(ours)} and ${peak(peer)}; Azurite 3.35.0`;
        const figures = { ours: speed(ours), peer: speed(peer), unit: "MB/s", rate: true };
        return [comparison({ measure, ...figures, atLeast: AT_LEAST, peerVersion: peer[0].version, note })];
      } finally {
        await service.close();
      }
    },
  ]),
);

async function race(container, connectionString, { rows, accesses }) {
  const env = { AZURE_STORAGE_CONNECTION_STRING: connectionString };
  const ours = [];
  const peer = [];
  for (let round = 0; round < ROUNDS; round++) {
    const counted = await run("jobs/count-blobs.mjs", container, env);
    if (counted.rows !== rows || counted.accesses !== accesses)
      throw new Error(`${counted.rows} rows of ${counted.accesses} accesses, from disk ${rows} of ${accesses}`);
    ours.push(counted);
    const fetched = await run("peers/download_blobs.mjs", container, env);
    if (fetched.bytes !== counted.bytes) throw new Error(`${counted.bytes} bytes, the peer had ${fetched.bytes}`);
    peer.push(fetched);
  }
  return { ours, peer };
}

async function run(script, argument, env) {
  const { stdout } = await timed(process.execPath, [join(root, "bench", script), argument], { env });
  return lastJson(stdout);
}
