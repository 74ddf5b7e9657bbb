/*
 * Bounds how long a request may be silent: the clients have no limit of their own, and a connection that is dead may never say so.
 */
import { ByomlError } from "../base/errors.js";
import { networkHint } from "./network-codes.js";

/** Milliseconds without an answer after which a request is given up; the client tries some times meanwhile. */
export const defaultSilenceInMs = 150_000;

/** A signal for one request: aborted with the caller's, and when nothing was heard for too long. */
export class Watch {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #silenceInMs: number;
  readonly #stop = () => this.#controller.abort();
  #timer: NodeJS.Timeout;
  /** Whether it was given up because nothing was heard. */
  silent = false;

  constructor(outer: AbortSignal | undefined, silenceInMs: number = defaultSilenceInMs) {
    this.#outer = outer;
    this.#silenceInMs = silenceInMs;
    this.#timer = setTimeout(() => {
      this.silent = true;
      this.#stop();
    }, silenceInMs);
    if (outer?.aborted) this.#stop();
    else outer?.addEventListener("abort", this.#stop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something was heard. */
  heard(): void {
    this.#timer.refresh();
  }

  /** The request is done. */
  close(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#stop);
  }

  /** The error of the request: the caller's reason, that it was silent, or the error itself. */
  explain(error: unknown, doing: string): unknown {
    if (this.#outer?.aborted) return this.#outer.reason;
    return this.silent ? this.tooSilent(doing) : error;
  }

  tooSilent(doing: string): ByomlError {
    return new ByomlError("remote", `${doing} failed: no answer for ${this.#silenceInMs / 1000} s`, {
      hint: networkHint("ETIMEDOUT"),
      details: { silenceInMs: this.#silenceInMs },
    });
  }
}

/**
 * Makes one request that is bounded.
 *
 * @param doing  for the error
 * @throws signal.reason, ByomlError of kind "remote" when there is no answer, or what the request throws
 */
export async function bounded<T>(
  request: (signal: AbortSignal) => Promise<T>,
  doing: string,
  { signal, silenceInMs }: { signal?: AbortSignal; silenceInMs?: number } = {},
): Promise<T> {
  signal?.throwIfAborted();
  const watch = new Watch(signal, silenceInMs);
  try {
    return await request(watch.signal);
  } catch (error) {
    throw watch.explain(error, doing);
  } finally {
    watch.close();
  }
}
