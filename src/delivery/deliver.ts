import { ByomlError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import type { Accounting } from "./accounting.js";
import { type Clock, systemClock } from "./clock.js";
import { Delivery } from "./delivery.js";
import { openLedger } from "./ledger.js";
import { type DeliveryLimits, deliveryDefaults, limitsOf } from "./limits.js";
import type { AppendLog } from "./log.js";
import type { Outbox } from "./outbox-reader.js";
import type { Transport } from "./transport.js";

export interface DeliverOptions {
  readonly outbox: Outbox;
  readonly transport: Transport;
  /** What was done with this outbox; empty at first. */
  readonly journal: AppendLog;
  /**
   * One line of JSON for each row that can never be delivered: recordId, reason, outbox, at (block and row), record. It may hold those of
   * other outboxes, and is read as a whole.
   */
  readonly deadLetters: AppendLog;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<DeliveryLimits>;
  readonly onProgress?: (progress: Progress) => void;
  readonly clock?: Clock;
  /** From 0 up to 1, for the waits. */
  readonly random?: () => number;
}

/**
 * Delivers what an outbox still holds, and says what became of every row of it.
 *
 * Whatever the service does, the network, or who interrupts: sent + deadLettered + unsent = total, and `failure` says why something is
 * unsent. Calling it again with the same outbox, journal and dead letters goes on with what is unsent. The service may store a row twice
 * where a reply was lost, or where the process was killed while the row's body was open; both have the same RecordId.
 *
 * @throws OptionError  when a limit is no positive number
 * @throws DataError    when the journal belongs to another outbox; in both cases nothing was sent
 * @throws whatever the logs throw when they are first read
 */
export async function deliver(options: DeliverOptions): Promise<Accounting> {
  const { outbox, transport, signal, onProgress, clock = systemClock, random = Math.random } = options;
  const limits = limitsOf(deliveryDefaults, options.limits);
  const ledger = await openLedger(outbox, options.journal, options.deadLetters);
  const { settled } = ledger;
  const report = (): void => {
    const done = settled.sent + settled.deadLettered;
    onProgress?.({ stage: "deliver", done, total: outbox.total, unit: "rows" });
  };
  const delivery = new Delivery({ outbox, ledger, transport, limits, clock, random, report });
  const interrupt = () => delivery.stop(interrupted(), true);
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    if (signal?.aborted) interrupt();
    report();
    await delivery.run();
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
  const { sender, failure } = delivery;
  const { sent, deadLettered } = settled;
  const unsent = outbox.total - sent - deadLettered;
  return {
    total: outbox.total,
    sent,
    deadLettered,
    unsent,
    requests: sender.requests,
    retries: sender.retries,
    throttledInMs: sender.throttledInMs,
    ...(failure && { failure }),
  };
}

/** Why rows are unsent where a signal stopped it. */
export function interrupted(): ByomlError {
  return new ByomlError("interrupted", "delivery was interrupted", {
    hint: "Run again: it goes on with the rows that are unsent.",
  });
}
