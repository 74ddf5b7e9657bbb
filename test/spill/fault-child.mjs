// Runs and their merge in a process of its own, which a test stops in the middle: node fault-child.mjs FOLDER ROWS
import { AccessCounter } from "../../dist/interactions/counter.js";
import { partsOf } from "../../dist/interactions/parts.js";
import { spillFolder } from "../../dist/spill/folder.js";
import { mergeRuns } from "../../dist/spill/merge.js";
import { writeRun } from "../../dist/spill/run.js";

const [root, rows] = [process.argv[2], Number(process.argv[3])];
const counter = new AccessCounter();
for (let n = 0; n < rows; n++) counter.add("t", `user ${n}`, `share ${n % 1000}`, n % 3);

// With a handler, a write beyond the limit of file sizes is an error and not the end of the process.
process.on("SIGXFSZ", () => {});
const folder = spillFolder(root);
try {
  const runs = Array.from(partsOf(counter.finish(), 100_000), (part, n) => writeRun(folder.path, `run-${n}`, part));
  const merged = await mergeRuns(runs, { folder, onProgress: ({ stage }) => process.send({ stage }) });
  merged.close();
  process.send({ stage: "done" }, () => process.disconnect());
} catch ({ name, kind, message, hint }) {
  folder.remove();
  process.send({ error: { name, kind, message, hint } }, () => process.disconnect());
}
