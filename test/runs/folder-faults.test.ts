import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LockTimes } from "../../src/runs/folder-lock.js";
import { FolderStore } from "../../src/runs/folder-store.js";
import { herePlace } from "../../src/runs/owner.js";
import { StateFile } from "../../src/runs/state.js";
import type { Lock } from "../../src/runs/store.js";
import { bytes, failureOf, lockOf, textOf } from "./behaviours.js";
import { isWhole, kill, killRounds, messageOf } from "./kill-rounds.js";

const script = fileURLToPath(new URL("store-child.mjs", import.meta.url));
/** A process elsewhere: the numbers of processes here say nothing to it, so it watches the heartbeat. */
const elsewhere = { ...herePlace(), host: "elsewhere", boot: "another", space: "another" };
const soon: Partial<LockTimes> = { beatInMs: 20, staleInMs: 400 };

let root: string;
let folder: string;
const children = new Set<ChildProcess>();
beforeEach(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), "byoml-runs-"));
  folder = join(root, "store");
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  rmSync(root, { recursive: true, force: true });
});

function start(mode: string, ...args: string[]): ChildProcess {
  const child = fork(script, [mode, folder, ...args]);
  children.add(child);
  return child;
}

const endOf = (child: ChildProcess) =>
  new Promise<number | string | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal));
  });

/** Takes the lock from a process that does not beat any more; as long as it does, it is asked again. */
async function takeFrom(store: FolderStore): Promise<Lock> {
  for (;;) {
    try {
      return await store.lock();
    } catch (error) {
      if ((error as { kind?: string }).kind !== "remote") throw error;
    }
  }
}

describe("a process that is killed while it writes to a store", () => {
  it("leaves every object whole, loses nothing that it was told is done, and the next one goes on", async () => {
    await killRounds(40, {
      start: (seed) => start("loop", String(seed)),
      open: () => new FolderStore(folder),
      wholeFolders: true,
    });
    const last = new FolderStore(folder);
    await lockOf(last);
    expect(await new StateFile(last, (value) => value as { n: number }).load()).toMatchObject({ fellBack: null });
    expect(readdirSync(folder).filter((name) => name.startsWith("work-"))).toHaveLength(1);
  });

  it("leaves a lock that is taken over at once on its machine, with nothing left of it", async () => {
    const child = start("hold");
    await messageOf(child);
    writeFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith("work-"))!, "files", "half"), "");
    expect(await failureOf(new FolderStore(folder).lock())).toMatchObject({
      message: expect.stringContaining(`is locked by process ${child.pid} on `),
    });
    await kill(child);
    const store = new FolderStore(folder, { now: () => 0 }); // a clock that stands: nothing is waited for
    const lock = await lockOf(store);
    expect(readdirSync(store.work)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(["byoml-store.json", "lock", expect.stringMatching(/^work-/)]);
    await lock.release();
    expect(readdirSync(folder)).toEqual(["byoml-store.json"]);
  });

  it("leaves a lock that is taken over elsewhere once its heartbeat has stopped", async () => {
    const child = start("hold");
    await messageOf(child);
    const store = new FolderStore(folder, { ...soon, place: elsewhere });
    expect((await failureOf(store.lock())).message).toContain(`is locked by process ${child.pid} on `);
    await kill(child);
    await lockOf(store);
    await store.write("a", bytes("x"));
  });

  it("leaves a lock that is taken over when another process has its number", async () => {
    const child = start("hold");
    await messageOf(child);
    const file = join(folder, readdirSync(folder).find((name) => name.startsWith("work-"))!, "owner.json");
    const owner = JSON.parse(readFileSync(file, "utf8"));
    await kill(child);
    writeFileSync(file, JSON.stringify({ ...owner, pid: process.pid })); // this process, which started at another time
    await lockOf(new FolderStore(folder, { now: () => 0 }));
  });
});

describe("processes that want one store", () => {
  it("have it one at a time, also when the first finds the lock of a dead one", async () => {
    const dead = start("hold");
    await messageOf(dead);
    await kill(dead);
    const contenders = Array.from({ length: 4 }, () => start("turns", "15"));
    expect(await Promise.all(contenders.map(endOf))).toEqual([0, 0, 0, 0]);
    expect(await textOf(new FolderStore(folder), "count")).toBe("60");
    expect(readdirSync(folder).sort()).toEqual(["byoml-store.json", "objects"]);
  });

  it("do not wait for one that ended without giving the lock back", async () => {
    const child = start("exit");
    const ended = endOf(child);
    await messageOf(child);
    expect(await ended).toBe(0);
    expect(readdirSync(folder)).toEqual(["byoml-store.json"]);
  });
});

describe("a process that was stopped and has lost the lock meanwhile", () => {
  it.each(["save", "write", "adopt", "remove", "begin"])(
    "changes nothing when it goes on, though it had looked at the lock: %s",
    async (operation) => {
      const child = start("stop", operation);
      await messageOf(child, (message) => message === "stopping");
      const store = new FolderStore(folder, { ...soon, place: elsewhere });
      const lock = await takeFrom(store);
      const file = new StateFile(store, (value) => value as { n: number });
      expect(await file.load()).toMatchObject({ state: { n: 1 } });
      await file.save({ n: 2 });
      const before = await store.list();
      const reported = messageOf<Record<string, unknown>>(child);
      child.kill("SIGCONT");
      const lost = expect.objectContaining({ name: "LostLockError", kind: "remote" });
      expect(await reported).toEqual({ failed: lost, again: lost, lost: true });
      expect(await endOf(child)).toBe(0);
      expect(await store.list()).toEqual(before);
      expect(await textOf(store, "kept")).toBe("kept");
      expect(await textOf(store, "new-log")).toBeNull();
      expect(await file.load()).toMatchObject({ state: { n: 2 }, generation: 2, fellBack: null });
      await file.save({ n: 3 }); // its release took nothing away
      await lock.release();
    },
  );

  it("is not told that an append is done that was on its way, and mixes with none", async () => {
    const child = start("stop", "append");
    await messageOf(child, (message) => message === "stopping");
    const store = new FolderStore(folder, { ...soon, place: elsewhere });
    const lock = await takeFrom(store);
    await store.append("log", bytes("2\n"));
    const reported = messageOf<Record<string, unknown>>(child);
    child.kill("SIGCONT");
    expect(await reported).toMatchObject({ failed: { name: "LostLockError" }, again: { name: "LostLockError" } });
    await store.append("log", bytes("3\n"));
    expect(await textOf(store, "log")).toBe("1\n2\nlate\n3\n");
    await lock.release();
  });
});

describe("the lock of a folder", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ["back", -1],
    ["forward", 1],
  ])("stays with its holder when the clock is set %s by a day", async (_, days) => {
    const holder = new FolderStore(folder, { ...soon, place: elsewhere });
    const held = await lockOf(holder);
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + days * 86_400_000);
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await failureOf(new FolderStore(folder, soon).lock())).toMatchObject({ kind: "remote" });
    expect(held.lost.aborted).toBe(false);
    await holder.write("a", bytes("x"));
  });

  it("is not taken over by a process that slept itself while it watched", async () => {
    const child = start("hold");
    await messageOf(child);
    await kill(child);
    const stopped = new AbortController();
    let now = 0;
    const sleeper = () => {
      if (now > 50 * 1_000) stopped.abort(new Error("watched long enough"));
      now += 1_000; // more than half of what makes a heartbeat stale
      return now;
    };
    const store = new FolderStore(folder, { staleInMs: 400, place: elsewhere, now: sleeper });
    await failureOf(store.lock({ signal: stopped.signal }));
    expect(now).toBeGreaterThan(50_000);
    await lockOf(new FolderStore(folder, { ...soon, place: elsewhere })); // one that was awake takes it
  });

  it("that somebody removed is lost, by the heartbeat and for every write", async () => {
    const store = new FolderStore(folder, soon);
    const lock = await lockOf(store);
    const lost = new Promise((resolve) => lock.lost.addEventListener("abort", resolve));
    rmSync(join(folder, "lock"), { recursive: true });
    expect(await failureOf(store.write("a", bytes("x")))).toMatchObject({ name: "LostLockError" });
    await lost;
    expect(await store.list()).toEqual([]);
  });

  it("is lost to the heartbeat alone, where nothing is written", async () => {
    const lock = await lockOf(new FolderStore(folder, soon));
    const lost = new Promise((resolve) => lock.lost.addEventListener("abort", resolve));
    rmSync(join(folder, "lock"), { recursive: true });
    await lost;
    expect(lock.lost.reason).toMatchObject({ name: "LostLockError", kind: "remote" });
  });

  it("is not taken where its folder holds other things", async () => {
    mkdirSync(join(folder, "lock"), { recursive: true });
    writeFileSync(join(folder, "lock", "notes.txt"), "");
    const failure = await failureOf(new FolderStore(folder).lock());
    expect(failure).toMatchObject({ kind: "internal", hint: expect.stringContaining("remove that folder") });
  });
});

describe("the folder of a store", () => {
  it("is refused when it holds other things, which stay", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "export.json"), "{}");
    const failure = await failureOf(new FolderStore(folder).lock());
    expect(failure).toMatchObject({ kind: "usage", message: expect.stringContaining("export.json") });
    expect(readdirSync(folder)).toEqual(["export.json"]);
  });

  it("may be the root of a volume", async () => {
    mkdirSync(join(folder, "lost+found"), { recursive: true });
    await lockOf(new FolderStore(folder));
  });

  it("is refused when a newer byoml made it, or its description is damaged", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "byoml-store.json"), '{"format":"byoml-store","version":2}');
    expect(await failureOf(new FolderStore(folder).lock())).toMatchObject({ kind: "usage", hint: "Update byoml." });
    writeFileSync(join(folder, "byoml-store.json"), "{");
    expect((await failureOf(new FolderStore(folder).lock())).message).toContain("does not describe a store");
    expect(readdirSync(folder)).toEqual(["byoml-store.json"]);
  });

  it("that cannot be made, or is a file, is an error that names it", async () => {
    const failure = await failureOf(new FolderStore("/proc/nowhere/state").lock());
    expect(failure.message).toMatch(/^cannot use the store \/proc\/nowhere\/state: /);
    writeFileSync(folder, "");
    expect((await failureOf(new FolderStore(folder).lock())).message).toContain(`cannot use the store ${folder}: `);
  });

  it("stays as it was when the disk is full, and can be used again afterwards", async () => {
    // A limit on the size of a file: writes fail as on a full disk, in the middle of a file.
    const limited = spawn("sh", ["-c", 'ulimit -f 64 && exec "$0" "$@"', process.execPath, script, "full", folder], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const { failures } = await messageOf<{ failures: unknown[] }>(limited);
    const full = { name: "ByomlError", kind: "internal", hint: expect.stringContaining("Free some space") };
    expect(failures).toEqual([
      { ...full, message: expect.stringMatching(/^cannot write object in .*: no space is left \(EFBIG\)$/) },
      { ...full, message: expect.stringMatching(/^cannot append to log in .*: no space is left \(EFBIG\)$/) },
    ]);
    const store = new FolderStore(folder);
    expect(isWhole((await textOf(store, "object"))!)).toBe(true);
    expect(await textOf(store, "log")).toBe("1\n");
    expect(await textOf(store, "after")).toBe("still of use");
  });
});
