/*
 * A table in memory as the destination of a schedule, with the real delivery in between; bodies may meet faults.
 */
import type { AnomalyRow } from "../../src/delivery/columns.js";
import { deliver } from "../../src/delivery/deliver.js";
import { openOutbox } from "../../src/delivery/outbox-reader.js";
import type { Outcome } from "../../src/delivery/transport.js";
import type { Destination } from "../../src/runs/schedule.js";

export class Table implements Destination {
  readonly name = "a table in memory";
  /** Every row that was stored, in order. */
  readonly stored: AnomalyRow[] = [];
  /** What the next bodies meet instead of success; "lost reply" stores them all the same. */
  faults: (Outcome | "lost reply")[] = [];

  deliver: Destination["deliver"] = async (_, path, { journal, deadLetters }, options) => {
    const outbox = await openOutbox(path);
    const clock = { now: () => Date.now(), sleep: async () => {} };
    const send = async (body: Uint8Array): Promise<Outcome> => {
      const fault = this.faults.shift();
      if (fault !== undefined && fault !== "lost reply") return fault;
      this.stored.push(...(JSON.parse(Buffer.from(body).toString()) as AnomalyRow[]));
      return fault === undefined ? { kind: "accepted" } : { kind: "temporary", why: "no answer" };
    };
    try {
      return await deliver({ outbox, transport: { name: this.name, send }, journal, deadLetters, clock, ...options });
    } finally {
      await outbox.close();
    }
  };

  /** What the query that keeps one row per RecordId gives: actor, resource and day of each, sorted. */
  get unique(): string[] {
    const rows = new Map(this.stored.map((row) => [row.RecordId, row]));
    return [...rows.values()]
      .map(({ Actor, Resource, EventTime }) => `${Actor} ${Resource} ${EventTime?.slice(0, 10)}`)
      .sort();
  }
}
