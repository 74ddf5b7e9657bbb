/* Counting by way of the disk: distinct pairs and names that do not fit a budget. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, root } from "../files.mjs";
import { lastJson, timed } from "../process.mjs";
import { comparison } from "../row.mjs";

const SPILLED = { pairs: 100_000_000, names: 20_000_000, memoryInBytes: 2e9 };

/** Peak memory beside the budget; the rows are checked one by one in the job. */
export async function spill() {
  mkdirSync(cache, { recursive: true });
  const workFolder = mkdtempSync(join(cache, "work-"));
  try {
    const question = JSON.stringify({ ...SPILLED, workFolder });
    console.error(`  ${question}`);
    const job = lastJson((await timed(process.execPath, [join(root, "bench/jobs/spill.mjs"), question])).stdout);
    const part = (name) => `${job[`${name}Seconds`].toFixed(0)} s`;
    return [
      comparison({
        ...{ measure: "spill", unit: "MB", atLeast: 1, peerVersion: "the budget" },
        ...{ ours: job.peakInBytes / 1e6, peer: SPILLED.memoryInBytes / 1e6 },
        note: `${job.rows} rows in ${job.seconds.toFixed(0)} s: counting ${part("counting")}, reading back ${part("reading")}`,
      }),
    ];
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}
