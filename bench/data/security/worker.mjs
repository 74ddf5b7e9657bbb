/* A thread of ../exports.mjs: writes its files and tells of each what was written. */
import { parentPort, workerData } from "node:worker_threads";
import { writeFile } from "./file.mjs";

const { folder, options, part, parts } = workerData;
for (let file = part; file < options.files; file += parts)
  parentPort.postMessage(await writeFile(folder, file, options));
