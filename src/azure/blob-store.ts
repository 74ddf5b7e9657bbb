/*
 * A store in blobs under a prefix, laid out as one in a folder:
 *
 *   PREFIX/byoml-store.json    says so
 *   PREFIX/lock.json           who holds the lock, see blob-lock.ts
 *   PREFIX/objects/NAME        the objects; state-0.json and state-1.json are the ones that are leased
 *
 * What is written is a block blob, put there at once; what is appended to is an append blob, so an object is one or the other. Files that
 * objects are made of, or read as, are in a work folder of this machine.
 */
import { mkdirSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import { ByomlError, DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { WorkFolder } from "../base/work-folder.js";
import { filesBelow } from "../runs/folder-files.js";
import { checkMarker, foreignError, markerName, objectsName, renderMarker } from "../runs/marker.js";
import { byName, checkName, checkWithin } from "../runs/names.js";
import { stateSlots } from "../runs/state.js";
import type { Lock, Store } from "../runs/store.js";
import type { BlobAppends } from "./blob-append.js";
import { BlobHold, type LeaseTimes, leaseTimes } from "./blob-lock.js";
import { BlobObjects, type BlobPlace, type Found, forEach } from "./blob-objects.js";

export interface BlobStoreOptions extends Partial<LeaseTimes> {
  /** Where the work folder is made; the system's folder for temporary files by default. */
  workFolder?: string;
}

/** What there is while the lock is held. */
interface Held {
  readonly hold: BlobHold;
  readonly objects: BlobObjects;
  readonly work: WorkFolder;
  /** The folder for the holder's own files. */
  readonly files: string;
  readonly appends: Map<string, BlobAppends>;
  /** What was downloaded, by name. */
  readonly local: Map<string, Promise<string>>;
  /** How often something was downloaded: each time to a folder of its own. */
  downloads: number;
}

const objectsFolder = `${objectsName}/`;
const isSlot = (name: string) => (stateSlots as readonly string[]).includes(name);

export class BlobStore implements Store {
  readonly name: string;
  readonly #place: BlobPlace;
  readonly #times: LeaseTimes;
  readonly #workParent: string | undefined;
  #current: Held | null = null;

  /**
   * @param container  of a container that is there; its client tries again by itself, and every request is bounded on top of that
   * @param prefix  of the names of all blobs of the store, with or without a slash at its end; empty for all of the container
   */
  constructor(container: ContainerClient, prefix: string, { workFolder, ...times }: BlobStoreOptions = {}) {
    const inside = prefix.replace(/^\/+|\/+$/g, "");
    this.name = `the store ${inert(`${container.url.split("?")[0]}/${inside}`, 300)}`;
    this.#place = { container, prefix: inside === "" ? "" : `${inside}/`, name: this.name };
    this.#times = { ...leaseTimes, ...times };
    this.#workParent = workFolder;
  }

  get work(): string {
    return this.#holder().files;
  }

  async check(): Promise<void> {
    await this.#isNew();
  }

  async lock(options: { signal?: AbortSignal } = {}): Promise<Lock> {
    options.signal?.throwIfAborted();
    const isNew = await this.#isNew(options.signal);
    const hold = await BlobHold.take(this.#place, this.#times, options);
    let held: Held;
    try {
      const objects = new BlobObjects(this.#place, hold.lost);
      if (isNew) await objects.write(markerName, Buffer.from(renderMarker()));
      held = this.#begin(hold, objects);
    } catch (error) {
      await hold.release();
      throw error;
    }
    this.#current = held;
    const release = async () => {
      if (this.#current === held) this.#current = null;
      held.work.remove();
      await hold.release();
    };
    return { lost: hold.lost, release };
  }

  async read(name: string): Promise<Uint8Array | null> {
    return this.#reader().read(keyOf(name));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    const key = keyOf(name);
    const { hold, objects } = this.#change(name);
    if (!isSlot(name)) return objects.write(key, bytes);
    if (await objects.writeLeased(key, bytes, hold.lease)) return;
    hold.lose();
    hold.check();
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const key = keyOf(name);
    const { objects, appends } = this.#holder();
    const writer = appends.get(name) ?? objects.appends(key);
    this.#change(name);
    appends.set(name, writer);
    await objects.append(key, writer, bytes);
  }

  async adopt(name: string, path: string): Promise<void> {
    const key = keyOf(name);
    const { objects, files } = this.#holder();
    checkWithin(files, path, this.name);
    const isFolder = (await stat(path)).isDirectory();
    const parts = isFolder ? (await filesBelow(path)).map((part) => `/${part}`) : [""];
    for (const part of parts) checkName(name + part);
    this.#change(name);
    const made = new Set(parts.map((part) => key + part));
    await objects.remove((await foundOf(objects, key)).filter((old) => !made.has(old.key)));
    await forEach(parts, async (part) => {
      const { size } = await stat(path + part);
      await objects.upload(key + part, path + part, size);
    });
    await rm(path, { recursive: true });
  }

  async local(name: string): Promise<string> {
    const key = keyOf(name);
    const held = this.#holder();
    held.hold.check();
    let found = held.local.get(name);
    if (found === undefined) {
      found = this.#fetch(held, name, key);
      held.local.set(name, found);
      found.catch(() => held.local.delete(name));
    }
    return found;
  }

  async list(folder?: string): Promise<readonly string[]> {
    const found = await this.#reader().list(folder === undefined ? objectsFolder : `${keyOf(folder)}/`);
    return found.map(({ key }) => key.slice(objectsFolder.length)).sort(byName);
  }

  async remove(name: string): Promise<void> {
    checkName(name);
    const { objects } = this.#change(name);
    if (isSlot(name)) throw new ByomlError("internal", `${name} of ${this.name} holds the lock, so it stays`);
    await objects.remove(await foundOf(objects, keyOf(name)));
  }

  #holder(): Held {
    if (this.#current !== null) return this.#current;
    throw new ByomlError("internal", `${this.name} is used without its lock`);
  }

  /** Reading needs no lock; with one it ends when that is lost. */
  #reader(): BlobObjects {
    return this.#current?.objects ?? new BlobObjects(this.#place);
  }

  /** Before a change: the lock must be held, and what is known of the object, or of what is around it, is forgotten. */
  #change(name: string): Held {
    const held = this.#holder();
    held.hold.check();
    const touched = (other: string) => `${other}/`.startsWith(`${name}/`) || `${name}/`.startsWith(`${other}/`);
    for (const known of [held.local, held.appends])
      for (const other of known.keys()) if (touched(other)) known.delete(other);
    return held;
  }

  #begin(hold: BlobHold, objects: BlobObjects): Held {
    const work = new WorkFolder(this.#workParent, "store");
    const files = join(work.path, "files");
    mkdirSync(files);
    return { hold, objects, work, files, appends: new Map(), local: new Map(), downloads: 0 };
  }

  async #fetch(held: Held, name: string, key: string): Promise<string> {
    const target = join(held.work.path, `local-${held.downloads++}`, basename(name));
    if (await held.objects.find(key)) {
      await held.objects.download(key, target);
      return target;
    }
    const parts = (await held.objects.list(`${key}/`)).map((found) => found.key);
    if (parts.length === 0)
      throw new DataError(`${this.name} has no object ${name}`, { hint: "Restore it from a copy of the store." });
    for (const part of parts) checkName(part);
    await forEach(parts, (part) => held.objects.download(part, join(target, ...part.slice(key.length + 1).split("/"))));
    return target;
  }

  /**
   * @returns whether there is no store yet
   * @throws ByomlError  usage, when the place is another's
   */
  async #isNew(signal?: AbortSignal): Promise<boolean> {
    const objects = new BlobObjects(this.#place, signal);
    const marker = await objects.read(markerName);
    if (marker !== null) {
      checkMarker(marker.toString(), this.name);
      return false;
    }
    const foreign = (await objects.list("", 2)).find(({ key }) => key !== "lock.json" && key !== markerName);
    if (foreign !== undefined) throw foreignError(this.name, inert(foreign.key, 100));
    return true;
  }
}

function keyOf(name: string): string {
  return objectsFolder + checkName(name);
}

/** The blob of an object, or all of a folder. */
async function foundOf(objects: BlobObjects, key: string): Promise<Found[]> {
  return (await objects.list(key)).filter((found) => found.key === key || found.key.startsWith(`${key}/`));
}
