/*
 * Exports of SecurityEvent of any size, as Log Analytics writes them to Blob Storage: folders of a workspace, one PT05M.json for five
 * minutes. Written by threads, each file by one; a file's lines come from the seed and its number alone, so the same options give the
 * same lines on every machine, whatever the number of threads.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/**
 * Writes an export.
 *
 * @param folder   where; made if it is missing
 * @param options  bytes: of all files before compression, each file ends with the line that reaches its share; files (default 64);
 *                 seed (any safe integer); allMatch: all events are share accesses (5140), else a tenth; gzip: PT05M.json.gz;
 *                 threads (default all cores)
 * @returns { files, lines, matching, bytes }: what was written, bytes before compression
 */
export async function writeExports(folder, { threads = availableParallelism(), ...rest }) {
  const options = { files: 64, seed: 7, allMatch: false, gzip: false, ...rest };
  const sum = { files: options.files, lines: 0, matching: 0, bytes: 0 };
  const add = (written) => {
    for (const key of ["lines", "matching", "bytes"]) sum[key] += written[key];
  };
  await Promise.all(Array.from({ length: threads }, (_, part) => run({ folder, options, part, parts: threads }, add)));
  return sum;
}

/** Lets a thread write every `parts`-th file from number `part` on. */
function run(workerData, add) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("security/worker.mjs", import.meta.url), { workerData });
    worker.on("message", add);
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a thread that writes exports ended with ${code}`));
    });
  });
}
