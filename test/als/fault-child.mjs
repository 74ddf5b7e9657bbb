// A training from disk in a process of its own, which a test stops in the middle: node fault-child.mjs FOLDER RATINGS ITERATIONS
import { alsDefaults } from "../../dist/als/options.js";
import { trainAls } from "../../dist/als/train.js";

const [folder, ratings, maxIter] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const [users, items, size] = [4000, 1000, 10_000];

function* batches() {
  for (let n = 0; n < ratings; n += size) {
    const ids = Int32Array.from({ length: size }, (_, k) => n + k);
    yield {
      user: ids.map((id) => id % users),
      item: ids.map((id) => (id * 7919) % items),
      rating: new Float32Array(size).fill(3),
    };
  }
}

// With a handler, a write beyond the limit of file sizes is an error and not the end of the process.
process.on("SIGXFSZ", () => {});
trainAls(
  { users, items, batches },
  { ...alsDefaults, maxIter, implicitPrefs: true },
  {
    threads: 2,
    workFolder: folder,
    onProgress: ({ stage, done }) => process.send?.({ stage, done }),
  },
).then(
  () => process.send?.({ stage: "done" }, () => process.disconnect()),
  ({ name, kind, message, hint }) =>
    process.send?.({ error: { name, kind, message, hint } }, () => process.disconnect()),
);
