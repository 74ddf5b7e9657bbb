/*
 * Sends one body until it is known what became of it: waits its turn, gives each request a time-out, waits longer after each temporary
 * failure, and for as long as the service asks when it is throttled. What holds back one body holds back all: the limits are the rule's.
 */
import { setTimeout } from "node:timers/promises";
import { ByomlError } from "../base/errors.js";
import type { Clock } from "./clock.js";
import type { DeliveryLimits } from "./limits.js";
import { Pace } from "./pace.js";
import type { Outcome, Transport } from "./transport.js";

/** What became of a body in the end. */
export type Decision =
  | Exclude<Outcome, { kind: "temporary" | "throttled" }>
  /** Temporary failures, one after the other, until the limits. */
  | { readonly kind: "given-up"; readonly why: string; readonly hint?: string; readonly requests: number }
  /** The signal was aborted, and the body was not accepted. */
  | { readonly kind: "stopped" };

export interface SenderParts {
  readonly transport: Transport;
  readonly limits: DeliveryLimits;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Ends waiting and requests. */
  readonly signal: AbortSignal;
  /** Ends waiting, but lets the requests that are open come to their end. */
  readonly closing: AbortSignal;
}

export class Sender {
  requests = 0;
  retries = 0;
  throttledInMs = 0;
  readonly #parts: SenderParts;
  readonly #pace: Pace;
  readonly #patience: AbortSignal;
  /** Until when the service holds sending back. */
  #heldUntil = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.limits, parts.clock);
    this.#patience = AbortSignal.any([parts.signal, parts.closing]);
  }

  async send(body: Uint8Array): Promise<Decision> {
    const { clock, limits } = this.#parts;
    const started = clock.now();
    for (let attempt = 0; ; attempt++) {
      if (!(await this.#turn(body.length))) return { kind: "stopped" };
      this.requests++;
      if (attempt > 0) this.retries++;
      const outcome = await this.#request(body);
      if (outcome.kind !== "temporary" && outcome.kind !== "throttled") return outcome;
      if (this.#patience.aborted) return { kind: "stopped" };
      const wait = this.#waitAfter(outcome, attempt);
      const { why, hint } = outcome.kind === "throttled" ? { why: "429", hint: undefined } : outcome;
      if (attempt >= limits.retries || clock.now() + wait - started > limits.retryForInMs)
        return { kind: "given-up", why, hint, requests: attempt + 1 };
      if (outcome.kind === "throttled") this.#hold(wait);
      else if (!(await this.#sleep(wait))) return { kind: "stopped" };
    }
  }

  /**
   * Full jitter: anything up to a ceiling that doubles. Never sooner than the service asks; after 429 just then, if it asks for a time to
   * come: what is over already, by clocks that differ or as it says 0, would have all tries made at once.
   */
  #waitAfter(outcome: Outcome & { kind: "temporary" | "throttled" }, attempt: number): number {
    const { limits, random } = this.#parts;
    const asked = Math.min(outcome.retryAfterInMs ?? 0, limits.retryAfterUpToInMs);
    if (outcome.kind === "throttled" && asked > 0) return asked;
    return Math.max(asked, Math.floor(random() * Math.min(limits.backOffUpToInMs, limits.backOffInMs * 2 ** attempt)));
  }

  #hold(wait: number): void {
    const now = this.#parts.clock.now();
    const until = now + wait;
    this.throttledInMs += Math.max(0, until - Math.max(now, this.#heldUntil));
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  /** Waits until a body may go. @returns false when sending was stopped */
  async #turn(bytes: number): Promise<boolean> {
    for (;;) {
      if (this.#patience.aborted) return false;
      const held = this.#heldUntil - this.#parts.clock.now();
      const wait = held > 0 ? held : this.#pace.take(bytes);
      if (wait === 0) return true;
      if (!(await this.#sleep(wait))) return false;
    }
  }

  async #sleep(milliseconds: number): Promise<boolean> {
    try {
      await this.#parts.clock.sleep(milliseconds, this.#patience);
    } catch (error) {
      if (!this.#patience.aborted) throw error;
    }
    return !this.#patience.aborted;
  }

  /** One request. A transport that does not heed its signal is left behind after a grace. */
  async #request(body: Uint8Array): Promise<Outcome> {
    const { transport, limits, signal } = this.#parts;
    const request = new AbortController();
    const timer = globalThis.setTimeout(() => request.abort(), limits.timeoutInMs);
    const giveUp = () => request.abort(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    const over = new AbortController();
    try {
      if (signal.aborted) giveUp();
      const late = once(request.signal, over.signal).then(async (): Promise<Outcome> => {
        await setTimeout(limits.graceInMs, undefined, { signal: over.signal });
        return { kind: "temporary", why: `no answer within ${limits.timeoutInMs} ms` };
      });
      late.catch(() => {}); // when the answer was there first
      return await Promise.race([transport.send(body, request.signal), late]);
    } catch {
      // its text may hold anything
      return { kind: "failed", error: new ByomlError("internal", `${transport.name} failed unexpectedly`) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      over.abort();
    }
  }
}

/** Resolves when `signal` is aborted; never, once `over` is. */
function once(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true, signal: over });
  });
}
