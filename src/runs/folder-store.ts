/*
 * A store in a folder:
 *
 *   byoml-store.json     says so
 *   objects/             the objects, by name
 *   lock/, work-TOKEN/   see folder-lock.ts
 *
 * Every object is written in the holder's own work folder, brought to the disk, and moved to its place; what is removed is moved from
 * its place into the work folder. Who takes the lock over moves the work folders of all others away before it reads anything. So a
 * process that lost the lock changes nothing any more, even if it was stopped right after it had looked: its last step is a rename from
 * or to a folder that is gone. An append to an object that is there is the exception, as it goes to the object itself: one that was on
 * its way may still arrive, whole and at the end, but it is not confirmed to its caller.
 */
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { diskError } from "../base/disk-error.js";
import { ByomlError, DataError } from "../base/errors.js";
import { syncFolder } from "../base/folders.js";
import { inert } from "../base/text.js";
import { appendDurably, filesBelow, makeFolder, syncTree, writeFileDurably } from "./folder-files.js";
import { FolderHold } from "./folder-hold.js";
import { codeOf, type LockTimes, lockTimes, workPrefix } from "./folder-lock.js";
import { checkMarker, foreignError, markerName, objectsName, renderMarker } from "./marker.js";
import { checkName, checkWithin } from "./names.js";
import type { Lock, Store } from "./store.js";

export class FolderStore implements Store {
  readonly name: string;
  readonly #folder: string;
  readonly #times: LockTimes;
  #hold: FolderHold | null = null;

  /** @param path  is made where it is missing, when the lock is taken */
  constructor(path: string, times: Partial<LockTimes> = {}) {
    this.#folder = resolve(path);
    this.name = `the store ${inert(this.#folder, 300)}`;
    this.#times = { ...lockTimes, ...times };
  }

  get work(): string {
    return this.#holder().files;
  }

  async check(): Promise<void> {
    try {
      if (!(await this.#isNew())) return;
      const own = (entry: string) => entry === "lock" || entry === "lost+found" || entry.startsWith(workPrefix);
      const foreign = (await entriesOf(this.#folder)).find((entry) => !own(entry) && entry !== markerName);
      if (foreign !== undefined) throw foreignError(this.name, inert(foreign, 100));
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  async lock(options: { signal?: AbortSignal } = {}): Promise<Lock> {
    await makeFolder(this.#folder).catch((error: unknown) => {
      throw this.#unusable(error);
    });
    await this.check();
    const hold = await FolderHold.take(this.#folder, this.name, this.#times, options);
    const previous = this.#hold;
    this.#hold = hold;
    try {
      if (await this.#isNew()) await this.#put("its description", join(this.#folder, markerName), renderMarker());
    } catch (error) {
      this.#hold = previous;
      await hold.release().catch(() => {});
      throw error;
    }
    return {
      lost: hold.lost,
      release: () => {
        if (this.#hold === hold) this.#hold = null;
        return hold.release();
      },
    };
  }

  async read(name: string): Promise<Uint8Array | null> {
    try {
      return await readFile(this.#place(name));
    } catch (error) {
      if (["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(error) ?? "")) return null;
      throw diskError(`cannot read ${name} of ${this.name}`, error);
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#put(name, this.#place(name), bytes);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const hold = this.#holder();
    const place = this.#place(name);
    await hold.change(`append to ${name}`, async () => {
      try {
        await appendDurably(place, bytes, hold.check);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
        return this.write(name, bytes);
      }
      await hold.check(); // another may have read it before this arrived: then it does not count
    });
  }

  async adopt(name: string, path: string): Promise<void> {
    const hold = this.#holder();
    const place = this.#place(name);
    checkWithin(hold.files, path, this.name);
    await hold.change(`adopt ${name}`, async () => {
      const isFolder = (await stat(path)).isDirectory();
      if (isFolder) for (const file of await filesBelow(path)) checkName(`${name}/${file}`);
      await syncTree(path, isFolder);
      await makeFolder(dirname(place));
      const old = await stat(place).catch(() => null);
      if (old !== null && (isFolder || old.isDirectory())) await this.#discard(hold, place);
      await hold.check();
      await rename(path, place);
      await syncFolder(dirname(place));
    });
  }

  async local(name: string): Promise<string> {
    this.#holder();
    const place = this.#place(name);
    if (await stat(place).catch(() => null)) return place;
    throw new DataError(`${this.name} has no object ${name}`, { hint: "Restore it from a copy of the store." });
  }

  async list(folder?: string): Promise<readonly string[]> {
    const all = join(this.#folder, objectsName);
    try {
      if (folder === undefined) return await filesBelow(all);
      return (await filesBelow(this.#place(folder))).map((name) => `${folder}/${name}`);
    } catch (error) {
      throw error instanceof ByomlError ? error : diskError(`cannot list ${this.name}`, error);
    }
  }

  async remove(name: string): Promise<void> {
    const hold = this.#holder();
    const place = this.#place(name);
    await hold.change(`remove ${name}`, async () => {
      if ((await stat(place).catch(() => null)) === null) return;
      await this.#discard(hold, place);
      await syncFolder(dirname(place));
    });
  }

  #place(name: string): string {
    return join(this.#folder, objectsName, ...checkName(name).split("/"));
  }

  #holder(): FolderHold {
    if (this.#hold !== null) return this.#hold;
    throw new ByomlError("internal", `${this.name} is used without its lock`);
  }

  async #put(name: string, place: string, content: string | Uint8Array): Promise<void> {
    const hold = this.#holder();
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    await hold.change(`write ${name}`, async () => {
      const temporary = hold.scratch();
      try {
        await writeFileDurably(temporary, bytes);
        await makeFolder(dirname(place));
        await hold.check();
        await rename(temporary, place);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw error;
      }
      await syncFolder(dirname(place));
    });
  }

  /** Moves something away and removes it there; what resists goes with the work folder. */
  async #discard(hold: FolderHold, place: string): Promise<void> {
    const away = hold.scratch();
    await hold.check();
    await rename(place, away);
    await rm(away, { recursive: true, force: true }).catch(() => {});
  }

  #unusable(error: unknown): ByomlError {
    return error instanceof ByomlError ? error : diskError(`cannot use ${this.name}`, error);
  }

  /** Whether there is no description yet. */
  async #isNew(): Promise<boolean> {
    const text = await readFile(join(this.#folder, markerName), "utf8").catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    });
    if (text !== null) checkMarker(text, this.name);
    return text === null;
  }
}

/** What is in a folder; nothing where it is not there yet. */
async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
}
