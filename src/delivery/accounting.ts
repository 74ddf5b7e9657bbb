import type { ByomlError } from "../base/errors.js";
import { exitCodes } from "../base/exits.js";

/** What became of every row of an outbox: sent + deadLettered + unsent = total, always. */
export interface Accounting {
  readonly total: number;
  /** Acknowledged by the service, and noted in the journal; by earlier attempts too. */
  readonly sent: number;
  /** Never to be delivered; each is in the dead letters with its reason. By earlier attempts too. */
  readonly deadLettered: number;
  /** Still to be delivered: the next attempt goes on with them. */
  readonly unsent: number;
  /** Requests of this attempt, and how many of them repeated a body. */
  readonly requests: number;
  readonly retries: number;
  /** How long the service held sending back, in milliseconds. */
  readonly throttledInMs: number;
  /** Why there is something unsent, or that the attempt was interrupted. */
  readonly failure?: ByomlError;
}

/** The exit code of a delivery: 0 all sent, 6 dead letters only, else that of the failure. */
export function exitOf({
  unsent,
  deadLettered,
  failure,
}: Pick<Accounting, "unsent" | "deadLettered" | "failure">): number {
  if (failure) return exitCodes[failure.kind];
  if (unsent > 0) return exitCodes.remote;
  return deadLettered > 0 ? exitCodes.partial : 0;
}
