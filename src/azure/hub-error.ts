import { ByomlError } from "../base/errors.js";
import { azureError, kindOf } from "./errors.js";
import { roles } from "./remedies.js";

/** Ends of a link that another try would meet again: others read the partition. */
const taken = new Set(["ReceiverDisconnectedError", "QuotaExceededError"]);

/** Whether another try would end the same way. */
export function isLasting(error: unknown): boolean {
  const inner = plain(error);
  const { code = "", retryable } = inner as { code?: string; retryable?: boolean };
  return kindOf(inner) !== "remote" || taken.has(code) || retryable === false;
}

/**
 * What the client of Event Hubs throws, as `azureError` has it.
 *
 * @param doing  what was being done
 */
export function hubError(error: unknown, doing: string): Error {
  return azureError(plain(error), doing, { role: roles.receive });
}

/**
 * The last of several tries, and amqp:not-found by its meaning: the client has one name for hubs and consumer groups that are not there
 * and for communication in general.
 */
function plain(error: unknown): object {
  if (error instanceof AggregateError && error.errors.length > 0) return plain(error.errors.at(-1));
  if (typeof error !== "object" || error === null || error instanceof ByomlError) return Object(error);
  const { name, code, retryable } = error as { name?: string; code?: string; retryable?: boolean };
  return code === "ServiceCommunicationError" ? { name, code: "MessagingEntityNotFoundError", retryable } : error;
}
