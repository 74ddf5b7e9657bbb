/** In the place of the reading worker: it reads 600,000 bytes of each part, and then finds that it cannot go on. */
const { workerData } = require("node:worker_threads");

module.exports = ({ part }) => {
  Atomics.add(workerData.read, part, 600_000n);
  return null;
};
