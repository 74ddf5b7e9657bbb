import type { AnomalyRow } from "../../src/delivery/columns.js";
import type { Outcome, Transport } from "../../src/delivery/transport.js";

/** What a service does with a request, without a network; "none" is what it does to a right one. */
export type Fault = "none" | "temporary" | "throttled" | "lost-reply" | "kill-before" | "kill-after";

/** Thrown where the process ends. */
export class Killed extends Error {}

/**
 * A service, and the process that talks to it: whatever the process tries after it was killed throws, and nothing of it happens.
 */
export class World implements Transport {
  readonly name = "the service";
  /** How often each record was stored. */
  readonly stored = new Map<string, number>();
  /** How often each record may be stored more than once: a reply was lost, or the process ended with its body open. */
  readonly excused = new Map<string, number>();
  dead = false;
  /** Bodies whose fate the journal does not know yet. */
  readonly #open = new Set<readonly string[]>();
  readonly #faults: Fault[];
  readonly #isBad: (id: string) => boolean;
  readonly #mostRows: number;

  constructor(
    faults: readonly Fault[],
    isBad: (id: string) => boolean = () => false,
    mostRows = Number.POSITIVE_INFINITY,
  ) {
    this.#faults = [...faults];
    this.#isBad = isBad;
    this.#mostRows = mostRows;
  }

  kill(): never {
    this.dead = true;
    throw new Killed("killed");
  }

  /** A new process. @returns how many bodies were stored that the journal, as it was left, does not know */
  restart(journalled: ReadonlySet<string>): number {
    this.dead = false;
    let inDoubt = 0;
    for (const ids of this.#open) {
      if (ids.every((id) => journalled.has(id))) continue;
      inDoubt++;
      for (const id of ids) add(this.excused, id);
    }
    this.#open.clear();
    return inDoubt;
  }

  /** The journal knows what became of these. */
  acknowledged(journalled: ReadonlySet<string>): void {
    for (const ids of this.#open) if (ids.every((id) => journalled.has(id))) this.#open.delete(ids);
  }

  async send(body: Uint8Array): Promise<Outcome> {
    if (this.dead) throw new Killed("dead");
    const fault = this.#faults.shift() ?? "none";
    const ids = (JSON.parse(Buffer.from(body).toString("utf8")) as AnomalyRow[]).map(({ RecordId }) => RecordId);
    await new Promise(setImmediate);
    if (this.dead) throw new Killed("dead");
    if (fault === "kill-before") this.kill();
    if (fault === "temporary") return { kind: "temporary", why: "503" };
    if (fault === "throttled") return { kind: "throttled", retryAfterInMs: 1000 };
    if (ids.length > this.#mostRows) return { kind: "too-large" };
    if (ids.some(this.#isBad)) return { kind: "refused", why: "400" };
    for (const id of ids) add(this.stored, id);
    if (fault === "lost-reply") {
      for (const id of ids) add(this.excused, id);
      return { kind: "temporary", why: "ECONNRESET" };
    }
    this.#open.add(ids);
    if (fault === "kill-after") this.kill();
    return { kind: "accepted" };
  }
}

function add(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}
