/*
 * One attempt at delivering an outbox. A body that is too large, or that has a record which the service refuses, is halved until single
 * records are left, which go to the dead letters; all the others are sent.
 */
import { ByomlError } from "../base/errors.js";
import type { Clock } from "./clock.js";
import type { Ledger, Letter } from "./ledger.js";
import type { DeliveryLimits } from "./limits.js";
import { type Outbox, rowsOf } from "./outbox-reader.js";
import { type Decision, Sender } from "./sender.js";
import { halvesOf, type Span } from "./spans.js";
import type { Transport } from "./transport.js";

export interface DeliveryParts {
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly transport: Transport;
  readonly limits: DeliveryLimits;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called after each entry of the journal. */
  readonly report: () => void;
}

export class Delivery {
  readonly sender: Sender;
  /** Why it stopped, or why something is unsent. */
  failure: ByomlError | undefined;
  readonly #parts: DeliveryParts;
  /** Aborts requests, too. */
  readonly #abort = new AbortController();
  /** Lets open requests come to their end. */
  readonly #closing = new AbortController();
  /** Refused while nothing was taken yet: it may be the rule that is wrong, and not the records. */
  readonly #held: Letter[] = [];
  #refusals = 0;
  #givenUp = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.sender = new Sender({ ...parts, signal: this.#abort.signal, closing: this.#closing.signal });
  }

  /** Sends no further body; with `abort`, gives those up that are open. The first reason stays, unless it is interrupted. */
  stop(why: ByomlError, abort = false): void {
    if (!this.#closing.signal.aborted || why.kind === "interrupted") this.failure = why;
    this.#closing.abort();
    if (abort) this.#abort.abort();
  }

  async run(): Promise<void> {
    const { outbox, limits } = this.#parts;
    const blocks = outbox.blocks.keys();
    const worker = async (): Promise<void> => {
      for (const block of blocks) {
        if (this.#stopped) return;
        await this.#guarded(() => this.#block(block));
      }
    };
    await Promise.all(Array.from({ length: limits.concurrency }, worker));
    if (!this.#stopped) await this.#guarded(() => this.#bury(this.#held.splice(0)));
  }

  get #stopped(): boolean {
    return this.#closing.signal.aborted;
  }

  /** What fails here is ours: the outbox, the journal, the dead letters. Without them nothing more may be sent. */
  async #guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.stop(ownFailure(error), true);
    }
  }

  async #block(block: number): Promise<void> {
    const { outbox, ledger } = this.#parts;
    const spans = ledger.settled.open(block);
    if (spans.length === 0) return;
    const content = await outbox.read(block);
    const { kind, rows: all } = outbox.blocks[block];
    let parsed: string[] | undefined;
    const rows = (): string[] => {
      parsed ??= rowsOf(outbox, block, content);
      return parsed;
    };
    if (kind === "refused") return this.#bury(spans.flatMap((span) => lettersOf(span, rows())));
    // first in, first out: of what is halved the good parts go soon, and show that rule and stream are right
    for (let span = spans.shift(); span && !this.#stopped; span = spans.shift()) {
      const { first, count } = span;
      const body = count === all ? content : bodyOf(rows().slice(first, first + count));
      spans.push(...(await this.#send(span, body, rows)));
    }
  }

  /**
   * Sends a part of a block, and notes what came of it.
   *
   * @param rows  of the block, as JSON
   * @returns the parts of it that have to be sent instead
   */
  async #send(span: Span, body: Uint8Array, rows: () => readonly string[]): Promise<Span[]> {
    const decision = await this.sender.send(body);
    switch (decision.kind) {
      case "accepted":
        await this.#parts.ledger.sent(span);
        this.#parts.report();
        this.#givenUp = 0;
        await this.#bury(this.#held.splice(0));
        break;
      case "too-large":
      case "refused":
        if (span.count > 1) return halvesOf(span);
        await this.#refuse(span, rows()[span.first], decision);
        break;
      case "given-up":
        this.failure ??= notReached(this.#parts.transport, decision);
        this.#givenUp++;
        if (this.#givenUp >= this.#parts.limits.bodiesGivenUp) this.stop(this.failure);
        break;
      case "failed":
        this.stop(decision.error);
    }
    return [];
  }

  /** A single record that the service does not take. */
  async #refuse({ block, first }: Span, record: string, decision: Decision & { kind: "too-large" | "refused" }) {
    const { ledger, limits, transport } = this.#parts;
    const why = decision.kind === "refused" ? decision.why : "413";
    const recordId = (JSON.parse(record) as { RecordId: string }).RecordId;
    const letter = { block, row: first, recordId, reason: `refused by the service: ${why}`, record };
    this.#refusals++;
    if (ledger.settled.sent === 0) this.#held.push(letter);
    else await this.#bury([letter]);
    const most = ledger.settled.sent === 0 ? limits.refusalsBeforeFirst : limits.refusals;
    if (this.#refusals >= most) this.stop(allRefused(transport, this.#refusals, why));
  }

  async #bury(letters: readonly Letter[]): Promise<void> {
    if (letters.length === 0) return;
    await this.#parts.ledger.bury(letters);
    this.#parts.report();
  }
}

function bodyOf(rows: readonly string[]): Buffer {
  return Buffer.from(`[${rows.join(",")}]`);
}

function lettersOf({ block, first, count }: Span, lines: readonly string[]): Letter[] {
  return lines.slice(first, first + count).map((line, i) => {
    const { recordId, reason, record } = JSON.parse(line) as { recordId: string; reason: string; record: unknown };
    return { block, row: first + i, recordId, reason, record: JSON.stringify(record) };
  });
}

function notReached(transport: Transport, { why, hint, requests }: Decision & { kind: "given-up" }): ByomlError {
  return new ByomlError("remote", `${transport.name} did not take a body in ${requests} requests, at last: ${why}`, {
    hint: hint ?? "It may pass: run again; it goes on with the rows that are unsent.",
    details: { requests, last: why },
  });
}

function allRefused(transport: Transport, refusals: number, why: string): ByomlError {
  return new ByomlError("usage", `${transport.name} refused ${refusals} single records (${why}), so sending stopped`, {
    hint: "The stream's columns are probably others than those of the rows: compare the data collection rule with what `byoml deploy` makes.",
    details: { refusals, last: why },
  });
}

/** Errors of others may hold anything: their text is not passed on. */
function ownFailure(error: unknown): ByomlError {
  if (error instanceof ByomlError) return error;
  const { code } = error as { code?: unknown };
  const known = typeof code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : "";
  return new ByomlError("internal", `the books of the delivery could not be kept${known}`, {
    hint: "What was sent before is noted. Make room or give rights where the state is kept, then run again.",
    cause: error,
  });
}
