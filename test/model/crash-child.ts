/*
 * Saves the second of two models over the first, and comes to grief at the n-th change of the file system:
 *
 *   node crash-child.mjs FOLDER kill|fail N
 *
 * `kill` ends the process as a power cut would; `fail` makes that one change fail, as a full disk would.
 */
import { promises as fs } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { saveModel } from "../../src/model/save.js";
import { sampleModel } from "./sample.js";

const [folder, mode, at] = process.argv.slice(2);
let changes = 0;

/** Makes a method come to grief when its turn comes. */
function trap(owner: Record<string, unknown>, name: string): void {
  const original = owner[name] as (...args: unknown[]) => unknown;
  owner[name] = function (this: unknown, ...args: unknown[]) {
    changes++;
    if (changes !== Number(at)) return original.apply(this, args);
    if (mode === "kill") process.kill(process.pid, "SIGKILL");
    return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }));
  };
}

const handle = await fs.open(process.execPath, "r");
const handles = Object.getPrototypeOf(handle) as Record<string, unknown>;
await handle.close();
for (const name of ["mkdir", "open", "rename", "rm", "rmdir"]) trap(fs as unknown as Record<string, unknown>, name);
for (const name of ["writeFile", "sync"]) trap(handles, name);
syncBuiltinESMExports();

const { data, facts } = sampleModel();
try {
  await saveModel(join(folder, "model"), { ...data, history: null }, facts);
  process.stdout.write(changes < Number(at) ? "too few changes" : "saved");
} catch (error) {
  process.stdout.write(`rejected: ${(error as Error).message}`);
}
