import { readSealed, writeSealed } from "./sealed.js";
import type { Store } from "./store.js";

/** The key of rows without a day. */
const noDay = "none";

/** Which accesses were delivered: record ids by day (days since 1970-01-01 UTC), so that an access that goes on during a day arrives once. */
export class Delivered {
  readonly #days: Map<string, Set<string>>;

  constructor(days: Readonly<Record<string, readonly string[]>> = {}) {
    this.#days = new Map(Object.entries(days).map(([day, ids]) => [day, new Set(ids)]));
  }

  static async read(store: Store, object: string | null): Promise<Delivered> {
    return new Delivered(object === null ? {} : await readSealed<Record<string, string[]>>(store, object));
  }

  async write(store: Store, object: string): Promise<void> {
    await writeSealed(store, object, Object.fromEntries(Array.from(this.#days, ([day, ids]) => [day, [...ids]])));
  }

  has(day: number | null, id: string): boolean {
    return this.#days.get(keyOf(day))?.has(id) ?? false;
  }

  add(day: number | null, id: string): void {
    const key = keyOf(day);
    const ids = this.#days.get(key) ?? new Set();
    this.#days.set(key, ids.add(id));
  }

  /** Forgets days before one: an access of a day that comes so late is delivered again, under the same id. */
  forget(before: number): void {
    for (const key of this.#days.keys()) if (key !== noDay && Number(key) < before) this.#days.delete(key);
  }
}

function keyOf(day: number | null): string {
  return day === null ? noDay : String(day);
}
