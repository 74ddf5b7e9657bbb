/*
 * A holder of a store in a process of its own: node store-child.mjs MODE PLACE …
 *
 * PLACE is a folder, or the name of a container where STORE_CONNECTION has a connection string.
 *
 *   loop SEED        saves, appends, writes, adopts and removes until it is killed; tells what is done
 *   turns COUNT      takes the lock COUNT times, against others, and counts one up each time
 *   stop OPERATION   stops itself (SIGSTOP) between looking at the lock and the operation's last step
 *   full             writes more than the limit of file sizes allows
 *   exit             ends without giving the lock back
 *   hold             holds it until it is killed
 */
import { promises as fs, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FolderStore } from "../../dist/runs/folder-store.js";
import { StateFile } from "../../dist/runs/state.js";

const [mode, folder, argument] = process.argv.slice(2);
const store = await openStore();
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
const faultOf = ({ name, kind, message, hint }) => ({ name, kind, message, hint });
const content = (n, length) => Buffer.from(`${n}:${length}:${"x".repeat(length)}`);

async function openStore() {
  const connection = process.env.STORE_CONNECTION;
  if (connection === undefined) return new FolderStore(folder, { beatInMs: 20, staleInMs: 400 });
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const { BlobStore } = await import("../../dist/azure/blob-store.js");
  return new BlobStore(BlobServiceClient.fromConnectionString(connection).getContainerClient(folder), "prod/state");
}

async function loop() {
  let seed = Number(argument);
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  await store.lock();
  const file = new StateFile(store, (value) => value);
  const loaded = await file.load();
  let { n } = loaded?.state ?? { n: 0 };
  const log = Buffer.from((await store.read("log")) ?? "").toString();
  if (log !== "" && !log.endsWith("\n")) await store.append("log", Buffer.from("\n"));
  await tell({ start: n, fellBack: loaded?.fellBack ?? null });
  for (;;) {
    n++;
    await store.append("log", Buffer.from(`${n}\n`));
    await tell({ appended: n });
    await store.write(`objects/${n % 3}`, content(n, random(100_000)));
    const model = join(store.work, "model");
    mkdirSync(model);
    for (const part of ["a", "b", "c"]) writeFileSync(join(model, part), content(n, random(5_000)));
    await store.adopt(`models/${n}`, model);
    await file.save({ n, filler: "y".repeat(random(20_000)) });
    await tell({ saved: n });
    await store.remove(`models/${n - 2}`);
  }
}

async function turns() {
  const critical = join(folder, "..", "critical");
  for (let left = Number(argument); left > 0; ) {
    const lock = await store.lock().catch((error) => {
      if (error.kind !== "remote") throw error;
      return null;
    });
    if (lock === null) {
      await sleep(1);
      continue;
    }
    mkdirSync(critical); // fails when another is in here
    const count = Number(Buffer.from((await store.read("count")) ?? "0").toString());
    await store.write("count", Buffer.from(String(count + 1)));
    rmdirSync(critical);
    await lock.release();
    left--;
  }
}

/** Stops this process when one of Node's own functions is called, before it does anything. */
function stopBefore(owner, name) {
  const original = owner[name];
  owner[name] = function (...args) {
    owner[name] = original;
    syncBuiltinESMExports();
    process.kill(process.pid, "SIGSTOP");
    return original.apply(this, args);
  };
  syncBuiltinESMExports();
}

async function stop() {
  const lock = await store.lock();
  const file = new StateFile(store, (value) => value);
  await file.load();
  await file.save({ n: 1 });
  await store.write("kept", Buffer.from("kept"));
  await store.append("log", Buffer.from("1\n"));
  writeFileSync(join(store.work, "file"), "adopted");
  const handle = await fs.open(process.execPath, "r");
  const handles = Object.getPrototypeOf(handle);
  await handle.close();
  const operations = {
    save: [fs, "rename", () => file.save({ n: 99 })],
    write: [fs, "rename", () => store.write("kept", Buffer.from("overwritten"))],
    adopt: [fs, "rename", () => store.adopt("kept", join(store.work, "file"))],
    remove: [fs, "rename", () => store.remove("kept")],
    begin: [fs, "rename", () => store.append("new-log", Buffer.from("1\n"))],
    append: [handles, "writeFile", () => store.append("log", Buffer.from("late\n"))],
  };
  const [owner, name, operate] = operations[argument];
  await tell("stopping");
  stopBefore(owner, name);
  const failed = await operate().then(() => null, faultOf);
  const again = await file.save({ n: 98 }).then(() => null, faultOf);
  await tell({ failed, again, lost: lock.lost.aborted });
  await lock.release();
}

async function full() {
  process.on("SIGXFSZ", () => {}); // with a handler, a write beyond the limit is an error and not the end of the process
  const lock = await store.lock();
  await store.write("object", content(1, 1_000));
  await store.append("log", Buffer.from("1\n"));
  const large = Buffer.alloc(100_000, "z");
  const failures = [];
  for (const attempt of [() => store.write("object", large), () => store.append("log", large)])
    failures.push(await attempt().then(() => null, faultOf));
  await store.write("after", Buffer.from("still of use"));
  await lock.release();
  await tell({ failures });
}

if (mode === "loop") await loop();
else if (mode === "turns") await turns();
else if (mode === "stop") await stop();
else if (mode === "full") await full();
else {
  await store.lock();
  await tell("locked");
  if (mode === "exit") process.exit(0);
  setInterval(() => {}, 1_000);
}
process.disconnect();
