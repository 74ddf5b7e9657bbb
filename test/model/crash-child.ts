/*
 * Saves the second of two models over the first, and comes to grief at the n-th change of the file system:
 *
 *   node crash-child.mjs kill OLDER FOLDER N    ends the process there, as a power cut would
 *   node crash-child.mjs fail OLDER FOLDER      for every n: makes that one change fail, as a full disk would
 *
 * The saves take place in FOLDER/n; what became of them is printed as JSON, one ending a save, until a save is over before its n.
 */
import { cpSync, promises as fs } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { saveModel } from "../../src/model/save.js";
import { sampleModel } from "./sample.js";

const [mode, older, folder, only] = process.argv.slice(2);
const { data, facts } = sampleModel();
let changes = 0;
let at = 0;

/** Makes a method come to grief when its turn comes. */
function trap(owner: Record<string, unknown>, name: string): void {
  const original = owner[name] as (...args: unknown[]) => unknown;
  owner[name] = function (this: unknown, ...args: unknown[]) {
    changes++;
    if (changes !== at) return original.apply(this, args);
    if (mode === "kill") process.kill(process.pid, "SIGKILL");
    return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }));
  };
}

async function saveWithGrief(): Promise<string> {
  const model = join(folder, String(at), "model");
  cpSync(older, model, { recursive: true });
  changes = 0;
  const ending = await saveModel(model, { ...data, history: null }, facts).then(
    () => "saved",
    (error: Error) => error.message,
  );
  return changes < at ? "over" : ending;
}

const handle = await fs.open(process.execPath, "r");
const handles = Object.getPrototypeOf(handle) as Record<string, unknown>;
await handle.close();
for (const name of ["mkdir", "open", "rename", "rm", "rmdir"]) trap(fs as unknown as Record<string, unknown>, name);
for (const name of ["writeFile", "sync"]) trap(handles, name);
syncBuiltinESMExports();

const endings: string[] = [];
if (mode === "kill") {
  at = Number(only);
  endings.push(await saveWithGrief());
} else {
  do {
    at++;
    endings.push(await saveWithGrief());
  } while (endings.at(-1) !== "over");
}
process.stdout.write(JSON.stringify(endings));
