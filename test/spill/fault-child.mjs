// Runs and their merge in a process of its own, which a test stops in the middle: node fault-child.mjs FOLDER ROWS
import { emptyPart } from "../../dist/interactions/counted.js";
import { spillFolder } from "../../dist/spill/folder.js";
import { mergeRuns } from "../../dist/spill/merge.js";
import { writeRun } from "../../dist/spill/run.js";

const [root, rows] = [process.argv[2], Number(process.argv[3])];
const rowsInPart = 100_000;

/** Accesses of some of the users, each by a share and on a day. */
function partFrom(first) {
  const length = Math.min(rowsInPart, rows - first);
  const numbers = Array.from({ length }, (_, n) => first + n);
  const shares = 1000;
  const names = ["t", ...Array.from({ length: shares }, (_, n) => `share ${n}`), ...numbers.map((n) => `user ${n}`)];
  let end = 0;
  const ends = Uint32Array.from(names, (name) => (end += name.length));
  return {
    ...emptyPart(),
    names: { bytes: Buffer.from(names.join("")), ends },
    tenant: new Int32Array(length),
    user: Int32Array.from(numbers, (n) => 1 + shares + n - first),
    resource: Int32Array.from(numbers, (n) => 1 + (n % shares)),
    day: Int32Array.from(numbers, (n) => n % 3),
    weight: new Float64Array(length).fill(1),
    length,
  };
}

// With a handler, a write beyond the limit of file sizes is an error and not the end of the process.
process.on("SIGXFSZ", () => {});
const folder = spillFolder(root);
try {
  const runs = [];
  for (let first = 0; first < rows; first += rowsInPart)
    runs.push(writeRun(folder.path, `run-${first}`, partFrom(first)));
  const merged = await mergeRuns(runs, { folder, onProgress: ({ stage }) => process.send({ stage }) });
  merged.close();
  process.send({ stage: "done" }, () => process.disconnect());
} catch ({ name, kind, message, hint }) {
  folder.remove();
  process.send({ error: { name, kind, message, hint } }, () => process.disconnect());
}
