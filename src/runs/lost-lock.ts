import { ByomlError } from "../base/errors.js";

/** Another run has taken the lock over, or somebody removed it: nothing may be written any more. */
export class LostLockError extends ByomlError {
  override readonly name = "LostLockError";

  constructor(store: string, cause?: unknown) {
    super("remote", `the lock of ${store} is lost: another run has taken it over, or it was removed`, {
      hint: "This run stops without a change to the state; the next one goes on from there.",
      details: { store },
      cause,
    });
  }
}

/** An object is not what this run left: another wrote it, though it does not hold the lock. */
export function changedError(object: string): ByomlError {
  return new ByomlError("remote", `${object} was changed by another run`, {
    hint: "This run stops without a change to the state; the next one goes on from there.",
  });
}

/** Another run holds the lock. */
export function heldError(store: string, holder: string, details: Record<string, unknown>, hint?: string): ByomlError {
  return new ByomlError("remote", `${store} is locked by ${holder}`, {
    hint: hint ?? "Wait until it has ended; give every schedule a store of its own.",
    details: { store, ...details },
  });
}
