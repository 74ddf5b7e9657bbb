/*
 * Where the schedule keeps what it remembers: a folder, or blobs under a prefix. Objects are written whole or not at all, and brought to
 * the disk before a write resolves. Only who holds the lock may write; who lost it finds every write refused.
 *
 * Names are of [A-Za-z0-9._-] with `/` between folders, never from names of users or resources. An object is written or appended to, not
 * both, and by one call at a time. An object that a state names is not written again: a run that goes on elsewhere may be reading it.
 *
 * A change after the lock was lost rejects with a LostLockError, and one that another run came between with an error of kind "remote".
 */
export interface Lock {
  /** Aborted when the lock is lost, with an error that says so as its reason. */
  readonly lost: AbortSignal;
  /** Gives the lock back; a lost one too. */
  release(): Promise<void>;
}

export interface Store {
  /** How messages call it; no secret in it. */
  readonly name: string;
  /** A local folder for work files of the holder of the lock, removed at its release. */
  readonly work: string;
  /**
   * Looks at the place without a change to it; `lock` does so too.
   *
   * @throws ByomlError  usage, when something else is there, or a store of a newer byoml
   */
  check(): Promise<void>;
  /**
   * Takes the lock. One that a dead process left is taken over.
   *
   * @throws ByomlError  of kind "remote", when another run holds it; it says which, since when
   */
  lock(options?: { signal?: AbortSignal }): Promise<Lock>;
  /** The bytes of an object; null where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Appends to an object, durably; makes it where it is missing. A kill may leave the last append in part. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Makes an object of a local file, or objects of a folder, in the work folder; they are gone from there afterwards. A file is there
   * whole or not at all; of a folder, which takes the place of an older one, a kill may leave some: name it in the state afterwards.
   */
  adopt(name: string, path: string): Promise<void>;
  /** An object, or a folder of objects, as something local that can be read until the lock is released. */
  local(name: string): Promise<string>;
  /** Names of all objects, or of those in a folder, in order. */
  list(folder?: string): Promise<readonly string[]>;
  /** Removes an object or a folder of objects; absent ones are fine. */
  remove(name: string): Promise<void>;
}
