import { rmdirSync, rmSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { diskError } from "../base/disk-error.js";
import { ByomlError } from "../base/errors.js";
import {
  beat,
  codeOf,
  dropLock,
  holds,
  type LockTimes,
  makeWork,
  takeLock,
  workOf,
  workPrefix,
} from "./folder-lock.js";
import { LostLockError } from "./lost-lock.js";
import type { Owner } from "./owner.js";
import type { Lock } from "./store.js";

/** The lock of a folder while it is held: its heartbeat, its work folder, and the check that comes before every change. */
export class FolderHold implements Lock {
  /** For the holder's own files. */
  readonly files: string;
  readonly #lost = new AbortController();
  readonly #work: string;
  readonly #timer: NodeJS.Timeout;
  readonly #atExit = () => this.#dropNow();
  #beats = 0;
  #lastBeat: number;
  #scratch = 0;

  private constructor(
    private readonly folder: string,
    private readonly store: string,
    private readonly owner: Owner,
    private readonly times: LockTimes,
  ) {
    this.#work = workOf(folder, owner);
    this.files = join(this.#work, "files");
    this.#lastBeat = times.now();
    this.#timer = setInterval(() => void this.#beat(), times.beatInMs).unref();
    process.once("exit", this.#atExit);
  }

  /** @throws ByomlError  remote, when another holds the lock */
  static async take(folder: string, store: string, times: LockTimes, options?: { signal?: AbortSignal }) {
    const owner = await takeLock(folder, store, times, options);
    const hold = new FolderHold(folder, store, owner, times);
    try {
      await hold.change("sweep", () => hold.#settle());
      return hold;
    } catch (error) {
      await hold.release().catch(() => {});
      throw error;
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws LostLockError  when the lock is another's by now */
  readonly check = async (): Promise<void> => {
    if (!this.lost.aborted && !(await holds(this.folder, this.owner))) this.#lose();
    this.lost.throwIfAborted();
  };

  /** A path in the work folder that is not in use. */
  scratch(): string {
    return join(this.#work, `scratch-${this.#scratch++}`);
  }

  /** Does a change to the store. Where it fails because the lock is lost, it is that error. */
  async change<T>(what: string, action: () => Promise<T>): Promise<T> {
    try {
      await this.check();
      return await action();
    } catch (error) {
      if (error instanceof ByomlError) throw error;
      await this.check();
      throw diskError(`cannot ${what} in ${this.store}`, error);
    }
  }

  async release(): Promise<void> {
    this.#stop();
    await rm(this.#work, { recursive: true, force: true, maxRetries: 3 }).catch(() => {}); // the next holder sweeps it
    await dropLock(this.folder, this.owner).catch((error: unknown) => {
      throw diskError(`cannot unlock ${this.store}`, error);
    });
  }

  /**
   * Moves all other work folders away: leftovers, and those of a process that lost the lock and does not know. One that is in the middle
   * of this itself may take ours along; it holds the lock no more, so ours stays the second time.
   */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      await makeWork(this.folder, this.owner);
      await mkdir(this.files, { recursive: true });
      await this.check();
      for (const name of await readdir(this.folder)) {
        const path = join(this.folder, name);
        if (!name.startsWith(workPrefix) || path === this.#work) continue;
        const swept = this.scratch();
        await rename(path, swept).catch(ignoreAbsent);
        await rm(swept, { recursive: true, force: true, maxRetries: 3 });
      }
      const there = await stat(this.files).catch(ignoreAbsent);
      if (there !== undefined) return;
    }
    throw new ByomlError("internal", `${this.store}: the work folder does not stay where it is made`);
  }

  async #beat(): Promise<void> {
    try {
      if (await beat(this.folder, this.owner, ++this.#beats)) this.#lastBeat = this.times.now();
      else this.#lose();
    } catch (error) {
      // A file system that does not answer for a while; in the end others count this process as dead.
      if (this.times.now() - this.#lastBeat >= this.times.staleInMs) this.#lose(error);
    }
  }

  #lose(cause?: unknown): void {
    this.#stop();
    if (!this.lost.aborted) this.#lost.abort(new LostLockError(this.store, cause));
  }

  #stop(): void {
    clearInterval(this.#timer);
    process.off("exit", this.#atExit);
  }

  /** At the end of a process that did not release the lock. */
  #dropNow(): void {
    try {
      rmSync(this.#work, { recursive: true, force: true });
      rmSync(join(this.folder, "lock", this.owner.token), { force: true });
      rmdirSync(join(this.folder, "lock"));
    } catch {
      // The next holder puts it right.
    }
  }
}

function ignoreAbsent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}
