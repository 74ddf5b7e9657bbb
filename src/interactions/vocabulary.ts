/**
 * Distinct names with dense ids from 0, in the order of first appearance.
 *
 * A name is what can be written in UTF-8: a surrogate without its partner counts as U+FFFD, so that no name changes, and no two become
 * one, when a model is saved.
 */
export class Vocabulary {
  readonly names: string[] = [];
  readonly #ids = new Map<string, number>();
  #last = -1;

  get size(): number {
    return this.names.length;
  }

  /** The id of a name, given to it now if it is new. */
  add(name: string): number {
    // Logs are full of runs: a tenant all the time, a user many times in a row.
    if (name === this.names[this.#last]) return this.#last;
    const known = this.#ids.get(name);
    if (known !== undefined) {
      this.#last = known;
      return known;
    }
    if (!name.isWellFormed()) return this.add(name.toWellFormed());
    const id = this.names.length;
    this.#ids.set(name, id);
    this.names.push(name);
    this.#last = id;
    return id;
  }

  /** The id of a name, or -1. */
  idOf(name: string): number {
    return this.#ids.get(name.toWellFormed()) ?? -1;
  }
}
