/*
 * Where files are kept while a job runs: a folder named after the machine and the process, so that a later job can tell what a
 * process that was killed has left, and remove it.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { diskError } from "./disk-error.js";
import { isDead } from "./process.js";

const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);

/** A folder for files of this process. Remove it; it also goes when the process ends by itself. */
export class WorkFolder {
  readonly path: string;
  readonly #atExit = () => this.#remove();

  /**
   * @param parent  the system's folder for temporary files by default; it must be there
   * @param what  what the files are, in a word
   * @throws ByomlError where it cannot be made
   */
  constructor(parent = tmpdir(), what = "pairs") {
    const prefix = `byoml-${what}-${machine}-`;
    this.path = join(parent, `${prefix}${process.pid}-${randomUUID()}`);
    try {
      mkdirSync(this.path);
    } catch (cause) {
      throw diskError(`cannot make the folder ${this.path}`, cause);
    }
    process.once("exit", this.#atExit);
    sweep(parent, prefix);
  }

  /** Removes the folder with all that is in it. */
  remove(): void {
    process.off("exit", this.#atExit);
    this.#remove();
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes the folders that dead processes of this machine left. What it cannot remove, it leaves. */
function sweep(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (!Number.isSafeInteger(pid) || pid <= 0 || !isDead(pid)) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's, or in use: not ours to insist on.
    }
  }
}
