import { ByomlError } from "../base/errors.js";
import { azureError } from "./errors.js";

/** What AMQP calls the ends of a reading that trying again does not change. */
const known: Readonly<Record<string, { kind: "auth" | "usage" | "remote"; statusCode: number; hint: string }>> = {
  UnauthorizedError: {
    kind: "auth",
    statusCode: 401,
    hint: "Give the identity the role Azure Event Hubs Data Receiver on the hub, or a connection string with the right Listen.",
  },
  MessagingEntityNotFoundError: {
    kind: "usage",
    statusCode: 404,
    hint: "Check the names of the namespace, the hub and the consumer group. A hub whose name is written like a table's is am- and the table: write its own name in lower case.",
  },
  ReceiverDisconnectedError: {
    kind: "remote",
    statusCode: 410,
    hint: "Another reader took the partition over: read with a consumer group of your own, ?consumerGroup=NAME.",
  },
  QuotaExceededError: {
    kind: "remote",
    statusCode: 403,
    hint: "A partition has at most 5 readers in a consumer group: read with a consumer group of your own, ?consumerGroup=NAME.",
  },
};

/** Whether it makes sense to try again: not where names or rights are wrong. */
export function isLasting(error: unknown): boolean {
  if (error instanceof ByomlError) return error.kind !== "remote";
  const { code, retryable } = last(error) as { code?: string; retryable?: boolean };
  return codeOf(code) in known || retryable === false;
}

/**
 * What the client of Event Hubs throws, as azureError does it. Its messages may hold connection strings and tokens.
 *
 * @param doing  what was being done
 */
export function hubError(error: unknown, doing: string): Error {
  if (error instanceof ByomlError) return error;
  const { code } = last(error) as { code?: string };
  const name = codeOf(code);
  const reason = known[name];
  if (reason === undefined) return azureError({ code: name === "" ? undefined : name }, doing);
  const details = { statusCode: reason.statusCode, code: name };
  return new ByomlError(reason.kind, `${doing} failed (${name})`, { hint: reason.hint, details });
}

/** amqp:not-found is a hub or consumer group that is not there; other causes of this name have a code of the system. */
function codeOf(code: unknown): string {
  if (typeof code !== "string" || !/^[\w:.-]{1,80}$/.test(code)) return "";
  return code === "ServiceCommunicationError" ? "MessagingEntityNotFoundError" : code;
}

/** Attempts that failed come as one error. */
function last(error: unknown): object {
  if (error instanceof AggregateError && error.errors.length > 0) return last(error.errors.at(-1));
  return typeof error === "object" && error !== null ? error : {};
}
