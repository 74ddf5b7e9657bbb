/*
 * What the cycles remember, in two slots that are written in turn: the one that is being replaced is never the newer one. Each is an
 * envelope with a number that grows by one and a checksum over everything, so that the newest whole one is found after whatever happened
 * to the other. One save is one write of an object, so a state is there whole or not at all even with one slot; the second is for what
 * no order of writes prevents: a disk that loses data, a hand that edits or deletes a file.
 */
import { ByomlError, DataError } from "../base/errors.js";
import { seal } from "../base/sealed.js";
import { inert } from "../base/text.js";
import { version as byomlVersion } from "../base/version.js";
import type { Store } from "./store.js";

/** Generation n is in slot n modulo 2. */
export const stateSlots = ["state-0.json", "state-1.json"] as const;

const formatName = "byoml-state";
/** Raised when the byoml before could not read a state of this one, or would misread it. */
export const stateVersion = 1;

export interface Loaded<T> {
  state: T;
  /** Counts the saves, from 1. */
  generation: number;
  /** When it was saved, ISO 8601. */
  saved: string;
  /** Where a slot was of no use, so that this may be the state before the last: what was wrong, a sentence for a person. */
  fellBack: string | null;
}

interface Envelope<T> extends Omit<Loaded<T>, "fellBack"> {
  slot: string;
}

export class StateFile<T> {
  /** Undefined before the first load. */
  #generation: number | undefined;

  /**
   * @param parse  checks what was saved and gives it its type; throws an Error that says what is wrong with it
   */
  constructor(
    private readonly store: Store,
    private readonly parse: (value: unknown) => T,
  ) {}

  /**
   * The newest whole state; null where none was ever saved.
   *
   * @throws DataError  when there are slots and none is whole, or one is of a newer byoml
   */
  async load(): Promise<Loaded<T> | null> {
    this.#generation = undefined;
    const texts = await Promise.all(stateSlots.map((slot) => this.store.read(slot)));
    const whole: Envelope<T>[] = [];
    const faults: string[] = [];
    for (const [index, bytes] of texts.entries()) {
      if (bytes === null) continue;
      try {
        whole.push(this.#open(bytes, index));
      } catch (error) {
        if (error instanceof NewerError) throw error;
        faults.push(`${stateSlots[index]} is damaged: ${inert((error as Error).message, 200)}`);
      }
    }
    const newest = whole.sort((a, b) => b.generation - a.generation)[0];
    if (newest === undefined) {
      if (faults.length === 0) {
        this.#generation = 0;
        return null;
      }
      throw new DataError(`${this.store.name} has no whole state: ${faults.join("; ")}`, {
        hint: "Restore state-0.json and state-1.json from a copy. Removing both starts from nothing: all is read and delivered again.",
        details: { store: this.store.name, faults },
      });
    }
    const { slot, ...loaded } = newest;
    this.#generation = loaded.generation;
    const missing = texts.indexOf(null);
    if (missing >= 0 && loaded.generation > 1) faults.push(`${stateSlots[missing]} is missing`);
    const fellBack =
      faults.length === 0 ? null : `${faults.join("; ")}; going on from ${slot}, saved at ${loaded.saved}`;
    return { ...loaded, fellBack };
  }

  /**
   * Saves a state as the next generation. When this rejects, the state before is still there; saving may be tried again.
   *
   * @returns its generation
   */
  async save(state: T): Promise<number> {
    if (this.#generation === undefined)
      throw new ByomlError("internal", `the state of ${this.store.name} is saved before it was loaded`);
    const generation = this.#generation + 1;
    const head = { format: formatName, version: stateVersion, generation, byoml: byomlVersion };
    const text = seal({ ...head, saved: new Date().toISOString(), state });
    await this.store.write(stateSlots[generation % 2], Buffer.from(text));
    this.#generation = generation;
    return generation;
  }

  /** @throws DataError  of a newer byoml; any other error where it is not what was saved */
  #open(bytes: Uint8Array, index: number): Envelope<T> {
    const slot = stateSlots[index];
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const { sha256, ...content } = parseObject(text);
    const { format, version, generation, saved, state } = content;
    if (format !== formatName) throw new Error("it is no state of byoml");
    // Before the checksum, which a newer format may compute otherwise.
    if (Number.isSafeInteger(version) && (version as number) > stateVersion)
      throw new NewerError(this.store, slot, version);
    if (version !== stateVersion) throw new Error("it names no version");
    if (typeof sha256 !== "string" || seal(content) !== text) throw new Error("its checksum does not fit");
    if (!Number.isSafeInteger(generation) || (generation as number) < 1 || (generation as number) % 2 !== index)
      throw new Error("its generation is not one of this slot");
    if (typeof saved !== "string" || Number.isNaN(Date.parse(saved))) throw new Error("it has no time of saving");
    return { slot, generation: generation as number, saved, state: this.parse(state) };
  }
}

/** The parser's own message quotes what is saved, so it goes no further. */
function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new Error("it is no object");
  return value as Record<string, unknown>;
}

class NewerError extends DataError {
  constructor({ name }: Store, slot: string, version: unknown) {
    const expected = `expected a state of version ${stateVersion}, which byoml ${byomlVersion} reads`;
    super(`${name}: ${slot}: ${expected}, got version ${version}`, { hint: "Update byoml." });
  }
}
