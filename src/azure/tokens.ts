/*
 * Tokens that come in bounded time. The credentials of the identity package wait as long as somebody keeps them waiting (over a minute
 * where the metadata address accepts and stays silent) and take no notice of an abort, so the waiting is ours.
 */
import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";
import { ByomlError } from "../base/errors.js";
import { type TokenSource, tokenError, tokenTimeout } from "./token-errors.js";

/** How long one token may take by default: the chain tries several credentials, and the Azure CLI takes seconds. */
export const tokenTimeoutInMs = 20_000;

/** Tokens are renewed this long before they expire; sooner ones when half of their time is over. */
const marginInMs = 5 * 60_000;
/** Until so long before its end a token is still used where its renewal fails. */
const lastInMs = 60_000;

export interface BoundedOptions {
  /** Whom messages name. */
  kind: TokenSource;
  /** How long one token may take; `tokenTimeoutInMs` by default. */
  timeoutInMs?: number;
  /** Makes the one behind it once more, without what that remembers; where there is none the same is asked again. */
  again?: () => TokenCredential;
  /** What to do besides, for an audience: a sentence for the hints of errors. */
  besides?: (audience: string) => string | undefined;
  /** Milliseconds since 1970; `Date.now` by default. */
  now?: () => number;
}

interface Held {
  token: AccessToken;
  renewAt: number;
}

/**
 * A credential that answers within `timeoutInMs`, whatever the one behind it does; that keeps its tokens until shortly before they
 * expire; and that asks once, however many wait. An abort rejects the one that waits, at once.
 *
 * Its errors are ByomlErrors of kind "auth" (of "remote", where the authority cannot be reached) without any text of others.
 */
export class BoundedCredential implements TokenCredential {
  readonly kind: TokenSource;
  #inner: TokenCredential;
  readonly #again: (() => TokenCredential) | undefined;
  readonly #timeoutInMs: number;
  readonly #besides: (audience: string) => string | undefined;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  readonly #asked = new Map<string, Promise<AccessToken>>();

  constructor(
    inner: TokenCredential,
    { kind, timeoutInMs = tokenTimeoutInMs, again, besides = () => undefined, now = Date.now }: BoundedOptions,
  ) {
    this.kind = kind;
    this.#inner = inner;
    this.#again = again;
    this.#timeoutInMs = timeoutInMs;
    this.#besides = besides;
    this.#now = now;
  }

  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const signal = options.abortSignal;
    if (signal?.aborted) throw aborted();
    const key = JSON.stringify([scopes, options.tenantId ?? "", options.enableCae ?? false]);
    const held = this.#held.get(key);
    const now = this.#now();
    // With claims the service has refused the token that we hold.
    if (held && now < held.renewAt && !options.claims) return held.token;
    const asked = this.#ask(key, scopes, options);
    const fallback = held && !options.claims && now < held.token.expiresOnTimestamp - lastInMs ? held.token : undefined;
    try {
      return await unless(asked, signal);
    } catch (error) {
      if (fallback && error instanceof ByomlError) return fallback;
      throw error;
    }
  }

  /** To be called when a service took a token no more before its time was over: the next one is a new one. */
  forget(): void {
    this.#held.clear();
    this.#inner = this.#again?.() ?? this.#inner;
  }

  /** The request that is under way for these scopes, or a new one. */
  #ask(key: string, scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    const one = options.claims ? `${key} ${options.claims}` : key;
    const under = this.#asked.get(one);
    if (under) return under;
    const asked = this.#bounded(scopes, options)
      .then((token) => {
        const left = token.expiresOnTimestamp - this.#now();
        const renewAt = Math.min(
          token.refreshAfterTimestamp ?? Number.POSITIVE_INFINITY,
          token.expiresOnTimestamp - Math.min(marginInMs, left / 2),
        );
        this.#held.set(key, { token, renewAt });
        return token;
      })
      .finally(() => this.#asked.delete(one));
    asked.catch(() => {}); // whoever waited may have been aborted
    this.#asked.set(one, asked);
    return asked;
  }

  async #bounded(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    const audience = audienceOf(scopes);
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        stop.abort(); // some credentials do listen
        reject(tokenTimeout(this.kind, audience, this.#timeoutInMs, this.#besides(audience)));
      }, this.#timeoutInMs);
    });
    try {
      const given = this.#inner.getToken(scopes, { ...options, abortSignal: stop.signal });
      given.catch(() => {}); // may fail when nobody waits for it any more
      const token = await Promise.race([given, late]);
      if (!token?.token) throw new Error("no token");
      return token;
    } catch (error) {
      throw tokenError(error, this.kind, audience, this.#besides(audience));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** `https://storage.azure.com/.default` as `storage.azure.com`. */
function audienceOf(scopes: string | string[]): string {
  const [first = ""] = [scopes].flat();
  return first.replace(/^https:\/\//, "").replace(/\/+\.default$/, "");
}

type Signal = NonNullable<GetTokenOptions["abortSignal"]>;

/** The promise, unless the signal is aborted first. */
function unless<T>(promise: Promise<T>, signal: Signal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(aborted());
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function aborted(): DOMException {
  return new DOMException("The request for a token was aborted.", "AbortError");
}
