import { expect } from "vitest";
import type { AnomalyRow } from "../../src/delivery/columns.js";
import { type DeliverOptions, deliver } from "../../src/delivery/deliver.js";
import type { Outcome, Transport } from "../../src/delivery/transport.js";
import { TestClock } from "./clock.js";
import { MemoryLog } from "./logs.js";
import { bodyOf, outboxOf, rowsUpTo } from "./rows.js";

export const accepted: Outcome = { kind: "accepted" };

/** A transport that does what it is told with the n-th body. */
export function transport(
  send: (rows: AnomalyRow[], n: number, signal: AbortSignal) => Outcome | Promise<Outcome>,
): Transport & { sent: number } {
  return {
    name: "the service",
    sent: 0,
    async send(body, signal) {
      return send(JSON.parse(Buffer.from(body).toString("utf8")) as AnomalyRow[], this.sent++, signal);
    },
  };
}

/** Thirty rows in bodies of ten, one after the other. */
export async function run(given: Partial<DeliverOptions> & Pick<DeliverOptions, "transport">, rows = rowsUpTo(30)) {
  const journal = new MemoryLog();
  const deadLetters = new MemoryLog();
  const clock = new TestClock();
  const outbox = given.outbox ?? (await outboxOf(rows, { bodyInBytes: bodyOf(10) }));
  const options = { journal, deadLetters, clock, ...given, outbox, limits: { concurrency: 1, ...given.limits } };
  const accounting = await deliver(options);
  expect(accounting.sent + accounting.deadLettered + accounting.unsent).toBe(accounting.total);
  return { accounting, outbox, journal, deadLetters, clock };
}
