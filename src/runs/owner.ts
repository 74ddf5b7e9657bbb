/*
 * Who holds a lock, written down so that another process can tell whether it is still there. Within one boot and one space of process
 * numbers that is certain: the number is gone, or is of a process that started at another time. From elsewhere nothing is certain, and
 * only a heartbeat tells.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isDead } from "../base/process.js";
import { inert } from "../base/text.js";

export interface Owner {
  /** A UUID for each lock that is taken. No secret: it opens nothing that its reader may not open anyway. */
  readonly token: string;
  readonly host: string;
  /** One boot of one kernel; null where the system does not say. */
  readonly boot: string | null;
  /** The space that the process number is of: containers have their own. Null where the system does not say. */
  readonly space: string | null;
  readonly pid: number;
  /** When the process started, in the system's own count; null where it does not say. */
  readonly started: string | null;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
}

/** Where a process is: what its number means anything in. */
export type Place = Pick<Owner, "host" | "boot" | "space">;

/** This process's place. */
export function herePlace(): Place {
  return {
    host: hostname(),
    boot: orNull(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    space: orNull(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** This process as the owner of a new lock. */
export function newOwner(place: Place = herePlace()): Owner {
  const started = startOf(process.pid);
  return {
    ...place,
    token: randomUUID(),
    pid: process.pid,
    started: started === "gone" ? null : started,
    since: new Date().toISOString(),
  };
}

/** "unknown": of another machine or container, or the system does not tell one process from a later one of its number. */
export function livenessOf(owner: Owner, here: Place = herePlace()): "alive" | "dead" | "unknown" {
  const near =
    owner.boot === null
      ? here.boot === null && owner.host === here.host
      : owner.boot === here.boot && owner.space !== null && owner.space === here.space;
  if (!near) return "unknown";
  if (isDead(owner.pid)) return "dead";
  const started = startOf(owner.pid);
  if (started === "gone") return "dead";
  if (started === null || owner.started === null) return "unknown";
  return started === owner.started ? "alive" : "dead";
}

/** For a message: "process 4711 on host since 2026-11-22T15:50:48.000Z". */
export function describeOwner(owner: Owner | null): string {
  if (owner === null) return "another run";
  return `process ${owner.pid} on ${inert(owner.host, 100)} since ${inert(owner.since, 40)}`;
}

/** The owner that a text describes; null where it describes none, as it may have been written in part. */
export function parseOwner(text: string): Owner | null {
  const value = orNull(() => JSON.parse(text) as Record<string, unknown>);
  if (typeof value !== "object" || value === null) return null;
  const { token, host, boot, space, pid, started, since } = value;
  const texts = [token, host, since].every((field) => typeof field === "string");
  const perhaps = [boot, space, started].every((field) => field === null || typeof field === "string");
  if (!texts || !perhaps || !Number.isSafeInteger(pid) || (pid as number) <= 0) return null;
  return { token, host, boot, space, pid, started, since } as Owner;
}

/** When a process started; "gone" for one that ended and waits for its parent; null where the system does not say. */
function startOf(pid: number): string | null {
  const line = orNull(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (line === null) return null;
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return "gone";
  return fields[19] ?? null;
}

function orNull<T>(get: () => T): T | null {
  try {
    return get();
  } catch {
    return null;
  }
}
