import type { ByomlError } from "../base/errors.js";

/** What became of one body. */
export type Outcome =
  /** It is stored: the only success there is. */
  | { readonly kind: "accepted" }
  /** Nothing is known of it, or it came at a bad moment: sending it again may help. `why` is short and holds no content; `hint` is what a person can do. */
  | {
      readonly kind: "temporary";
      readonly why: string;
      readonly hint?: string;
      readonly retryAfterInMs?: number | null;
    }
  /** Too much at once. */
  | { readonly kind: "throttled"; readonly retryAfterInMs: number | null }
  | { readonly kind: "too-large" }
  /** There is something wrong with a record in it. */
  | { readonly kind: "refused"; readonly why: string }
  /** No body will be taken: the right, the address or the token is missing. */
  | { readonly kind: "failed"; readonly error: ByomlError };

/** Takes bodies to where they are stored. */
export interface Transport {
  /** How messages call it. It holds no secret. */
  readonly name: string;
  /**
   * Sends one body, once.
   *
   * @param body    a JSON array in UTF-8, within the limits of packing
   * @param signal  gives the request up; what is then known of it is still told
   */
  send(body: Uint8Array, signal: AbortSignal): Promise<Outcome>;
}
