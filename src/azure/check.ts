/* What the checks of `byoml doctor --azure` share: their result, failures as results, and the clocks of the services. */
import { ByomlError, type ErrorKind, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { azureError, type ErrorContext } from "./errors.js";

/** One line of the doctor's list. */
export interface AzureCheck {
  name: string;
  /** `note` is worth knowing and stops nothing. */
  state: "ok" | "note" | "failed";
  found: string;
  /** What to do, where something is to be done. */
  hint?: string;
  /** Of a failure: its class, which is the exit code. */
  kind?: ErrorKind;
}

export function ok(name: string, found: string): AzureCheck {
  return { name, state: "ok", found };
}

export function note(name: string, found: string, hint?: string): AzureCheck {
  return { name, state: "note", found, ...(hint && { hint }) };
}

/** A failure of a client as a line of the list. An abort goes on. */
export function failure(name: string, error: unknown, doing: string, context?: ErrorContext): AzureCheck {
  const made = azureError(error, doing, context);
  if (made instanceof ByomlError || made instanceof OptionError)
    return { name, state: "failed", found: inert(made.message, 500), hint: made.hint, kind: made.kind };
  throw made;
}

/** A difference of clocks that tokens and signatures do not bear, and one that is worth knowing. */
const [wrongInMs, notableInMs] = [5 * 60_000, 60_000];

/** Compares this machine's clock with the dates in the services' answers. */
export class Clocks {
  readonly #now: () => number;
  readonly #skews: { host: string; skewInMs: number }[] = [];

  /** @param now  milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  /**
   * @param date   of the answer's header, which counts whole seconds
   * @param asked  when the request was made, by our clock: the answer was dated between then and now
   */
  saw(host: string, date: Date | string | null | undefined, asked: number): void {
    const theirs = date instanceof Date ? date.getTime() : Date.parse(date ?? "");
    if (!Number.isFinite(theirs)) return;
    const [earliest, latest] = [asked - 1000, this.#now() + 1000];
    const skewInMs = theirs < earliest ? earliest - theirs : theirs > latest ? latest - theirs : 0;
    this.#skews.push({ host, skewInMs });
  }

  /** The same of the answer that an error of a client holds, if any. */
  sawError(host: string, error: unknown, asked: number): void {
    const { response } = error as { response?: { headers?: { get?(name: string): string | undefined } } };
    this.saw(host, response?.headers?.get?.("date"), asked);
  }

  check(): AzureCheck {
    const name = "clock";
    const [first, ...rest] = this.#skews;
    if (!first) return note(name, "not compared, as no service answered", "Name a container or an endpoint.");
    const worst = rest.reduce((a, b) => (Math.abs(b.skewInMs) > Math.abs(a.skewInMs) ? b : a), first);
    const by = Math.abs(worst.skewInMs);
    const off = `${Math.round(by / 1000)} s ${worst.skewInMs > 0 ? "ahead of" : "behind"} ${inert(worst.host, 100)}`;
    const hint = "Set this machine's clock (NTP): tokens and signatures bear a few minutes.";
    if (by > wrongInMs) return { name, state: "failed", found: off, hint, kind: "auth" };
    return by > notableInMs ? note(name, off, hint) : ok(name, "agrees with the services");
  }
}
