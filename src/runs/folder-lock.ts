/*
 * The lock of a store in a folder. All of it are renames, which every file system does at once or not at all:
 *
 *   lock/TOKEN           the lock; its name says who holds it, its modification time is the heartbeat
 *   work-TOKEN/          the holder's work folder, with owner.json
 *
 *   take       work-TOKEN/lock -> lock        fails where lock/ has something in it
 *   take over  lock/OLD -> lock/TOKEN         fails where OLD does not hold it any more: of two that try, one succeeds
 *   hold       lock/TOKEN is there            looked at before every write
 *
 * Heartbeats are watched for a change, by the monotonic clock of who watches: clocks of two machines are never compared, and none that
 * is set back or forward matters. File locks of the kernel would need an addon; proper-lockfile compares clocks, and two processes that
 * find a stale lock can both take it (moxystudio/node-proper-lockfile, issue 121).
 */
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diskError } from "../base/disk-error.js";
import { ByomlError } from "../base/errors.js";
import { heldError } from "./lost-lock.js";
import { describeOwner, livenessOf, newOwner, type Owner, type Place, parseOwner } from "./owner.js";

export interface LockTimes {
  /** Milliseconds from one heartbeat to the next. */
  beatInMs: number;
  /** Without a heartbeat for that long, a holder elsewhere counts as dead. */
  staleInMs: number;
  /** Milliseconds by a clock that nobody sets. */
  now: () => number;
  /** Where this process is. */
  place?: Place;
}

export const lockTimes: LockTimes = { beatInMs: 5_000, staleInMs: 60_000, now: () => performance.now() };

/** A lock that was seen in another's hands. */
interface Seen {
  token: string;
  /** Null where its description cannot be read. */
  owner: Owner | null;
  beat: number;
}

const lockFolder = (folder: string) => join(folder, "lock");
export const workPrefix = "work-";
export const workOf = (folder: string, { token }: Owner) => join(folder, `${workPrefix}${token}`);
export const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * Takes the lock of a folder. One that is held by a process of this machine that is gone is taken over at once, one from elsewhere after
 * `staleInMs` without a heartbeat.
 *
 * @throws ByomlError  remote, when a process that is alive holds it
 */
export async function takeLock(
  folder: string,
  store: string,
  times: LockTimes,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Owner> {
  const owner = newOwner(times.place);
  try {
    let watched: (Seen & { since: number; last: number }) | null = null;
    for (let free = 0; ; ) {
      signal?.throwIfAborted();
      if (await tryPlace(folder, owner)) return owner;
      const seen = await look(folder, store);
      if (seen === null) {
        if (++free > 500) throw new ByomlError("internal", `${store}: nobody holds the lock, and it cannot be taken`);
        await sleep(5, undefined, { signal });
        continue;
      }
      const liveness = seen.owner === null ? "unknown" : livenessOf(seen.owner, times.place);
      const now = times.now();
      const same: boolean = watched?.token === seen.token && watched.beat === seen.beat;
      if (liveness === "alive" || (watched !== null && !same)) throw held(store, seen);
      // After a pause of this process the other one may have paused with it: it gets its time anew.
      if (watched === null || now - watched.last > times.staleInMs / 2) watched = { ...seen, since: now, last: now };
      watched.last = now;
      if (liveness === "dead" || now - watched.since >= times.staleInMs) {
        if (await takeOver(folder, seen.token, owner)) return owner;
        watched = null;
      } else await sleep(Math.min(1_000, times.staleInMs / 20), undefined, { signal });
    }
  } catch (error) {
    await rm(workOf(folder, owner), { recursive: true, force: true }).catch(() => {});
    if (error instanceof ByomlError || (error as Error).name === "AbortError" || error === signal?.reason) throw error;
    throw diskError(`cannot lock ${store}`, error);
  }
}

function held(store: string, { owner }: Seen): ByomlError {
  const details = owner && { host: owner.host, pid: owner.pid, since: owner.since };
  return heldError(store, describeOwner(owner), { holder: details });
}

/** Makes the work folder of an owner, with its description in it. */
export async function makeWork(folder: string, owner: Owner): Promise<void> {
  const work = workOf(folder, owner);
  await mkdir(work, { recursive: true });
  await writeFile(join(work, "owner.json"), `${JSON.stringify(owner)}\n`);
}

async function tryPlace(folder: string, owner: Owner): Promise<boolean> {
  const prepared = join(workOf(folder, owner), "lock");
  try {
    await makeWork(folder, owner);
    await mkdir(prepared, { recursive: true });
    await writeFile(join(prepared, owner.token), "");
    await rename(prepared, lockFolder(folder));
    return true;
  } catch (error) {
    // ENOENT: who took the lock meanwhile has swept the work folder. EPERM is what Windows says where there is a folder.
    const taken = ["ENOTEMPTY", "EEXIST", "ENOENT", ...(process.platform === "win32" ? ["EPERM"] : [])];
    if (taken.includes(codeOf(error) ?? "") && (await stat(folder)).isDirectory()) return false;
    throw error;
  }
}

/** The lock as another holds it; null where it is free by now. */
async function look(folder: string, store: string): Promise<Seen | null> {
  const names = await readdir(lockFolder(folder)).catch(absent);
  if (names === null) return null;
  if (names.length === 0) {
    await rmdir(lockFolder(folder)).catch(() => {});
    return null;
  }
  const [token] = names as [string];
  if (names.length > 1 || !/^[0-9a-f-]{36}$/.test(token))
    throw new ByomlError("internal", `${store}: its folder "lock" holds other things than a lock`, {
      hint: "Make sure that no run uses the store, then remove that folder.",
    });
  const handle = await open(join(lockFolder(folder), token), "r").catch(absent); // opening asks the server, a bare stat may not
  if (handle === null) return null;
  try {
    const { mtimeMs } = await handle.stat();
    const text = await readFile(join(folder, `${workPrefix}${token}`, "owner.json"), "utf8").catch(() => "");
    const owner = parseOwner(text);
    return { token, owner: owner?.token === token ? owner : null, beat: mtimeMs };
  } finally {
    await handle.close();
  }
}

async function takeOver(folder: string, old: string, owner: Owner): Promise<boolean> {
  return (await rename(join(lockFolder(folder), old), join(lockFolder(folder), owner.token)).catch(absent)) !== null;
}

/** Whether an owner still holds the lock. */
export async function holds(folder: string, owner: Owner): Promise<boolean> {
  return (await stat(join(lockFolder(folder), owner.token)).catch(absent)) !== null;
}

/**
 * A heartbeat: the modification time moves on by a fixed step, whatever the clock says.
 *
 * @param count  how many there were, from 1
 * @returns whether the lock is still the owner's
 */
export async function beat(folder: string, owner: Owner, count: number): Promise<boolean> {
  const time = Math.floor(Date.parse(owner.since) / 1000) + 2 * count; // whole, even seconds: what the coarsest file systems keep
  return (await utimes(join(lockFolder(folder), owner.token), time, time).catch(absent)) !== null;
}

/** Gives the lock back; nothing happens where it is another's by now. */
export async function dropLock(folder: string, owner: Owner): Promise<void> {
  await rm(join(lockFolder(folder), owner.token), { force: true });
  await rmdir(lockFolder(folder)).catch(() => {}); // another's by now
}

function absent(error: unknown): null {
  if (codeOf(error) === "ENOENT") return null;
  throw error;
}
