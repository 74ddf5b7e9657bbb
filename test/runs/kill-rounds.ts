/* Kills holders of a store at random moments, and checks after each what is left. */
import type { ChildProcess } from "node:child_process";
import { expect } from "vitest";
import type { Store } from "../../src/runs/store.js";
import { textOf } from "./behaviours.js";

/** The first message of a child that is accepted. */
export function messageOf<T>(child: ChildProcess, accepts: (message: T) => boolean = () => true): Promise<T> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: T) => accepts(message) && resolve(message));
    child.once("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  });
}

export async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** Whether a content says its own length truly. */
export function isWhole(content: string): boolean {
  const [, length, filler] = /^\d+:(\d+):(x*)$/.exec(content) ?? [];
  return filler !== undefined && filler.length === Number(length);
}

/**
 * Runs store-child.mjs in its mode `loop` and kills it, again and again. The seeds are in the messages; what the system does with its
 * time is not in them.
 *
 * @param wholeFolders  whether a folder of three files, too, is there whole or not at all
 */
export async function killRounds(
  rounds: number,
  { start, open, wholeFolders }: { start: (seed: number) => ChildProcess; open: () => Store; wholeFolders: boolean },
): Promise<void> {
  const first = Math.floor(Math.random() * 1e9);
  const done = { appended: 0, saved: 0 };
  for (let round = 0; round < rounds; round++) {
    const where = `seed ${first}, round ${round}`;
    const child = start(first + round);
    const steps = (first + round) % 8;
    const { saved } = done;
    let told = 0;
    const reached = messageOf(child, (message: { appended?: number; saved?: number; start?: number }) => {
      const { start: begun, ...more } = message;
      Object.assign(done, more);
      return begun === undefined ? ++told >= steps : steps === 0;
    });
    type Begun = { start: number; fellBack: string | null };
    const begun = await messageOf<Begun>(child, (message) => message.start !== undefined);
    expect(begun.fellBack, where).toBeNull();
    expect(begun.start, where).toBeGreaterThanOrEqual(saved);
    await reached;
    await new Promise((resolve) => setTimeout(resolve, ((first + round * 7919) % 11) * 0.7));
    await kill(child);
    const store = open();
    await check(store, done.appended, where);
    const parts = (await store.list()).filter((name) => name.startsWith("models/"));
    if (wholeFolders) expect(parts.length % 3, `${where}: ${parts}`).toBe(0);
  }
  // Two messages a turn, and from none to seven of them in eight rounds that follow each other.
  expect(done.saved, `seed ${first}`).toBeGreaterThanOrEqual(Math.floor(rounds / 8) * 12);
}

/** Reading needs no lock. */
async function check(store: Store, appended: number, where: string): Promise<void> {
  const names = await store.list();
  for (const name of names.filter((name) => /^(objects|models)\//.test(name)))
    expect(isWhole((await textOf(store, name))!), `${where}: ${name}`).toBe(true);
  const numbers = new Set(((await textOf(store, "log")) ?? "").split("\n").map(Number));
  const lost = Array.from({ length: appended }, (_, n) => n + 1).filter((n) => !numbers.has(n));
  expect(lost, `${where}: appended, and not there`).toEqual([]);
}
