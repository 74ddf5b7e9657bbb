/*
 * What the clients of Azure throw, as errors that say what, where and what to do. Their own messages may hold tokens, signatures and
 * bodies, so none of their text is passed on but error codes.
 */
import { ByomlError, type ErrorKind, OptionError } from "../base/errors.js";
import { redact } from "../base/redact.js";
import { ReplacedError } from "../base/replaced.js";
import { inert } from "../base/text.js";
import { type Remedy, remedyOf } from "./remedies.js";

export interface ErrorContext {
  /** The role that what was being done takes, such as "Storage Blob Data Reader"; guessed from the request where it is not given. */
  role?: string;
  /** What the role is granted on, such as "the container am-securityevent". */
  on?: string;
}

/** What an error says of itself, without any text of a service. */
export interface Facts {
  status: number | null;
  code: string | null;
  service: "blob" | "ingestion" | "hub" | null;
  /** Whether something was being changed. */
  writes: boolean;
}

/**
 * An error of a client of Azure as one of ours. Kinds: 401 and 403 "auth"; 400, 404, 413 and the like "usage"; connections, time-outs,
 * 408, 409, 429 and 5xx "remote".
 *
 * @param doing  what was being done, such as "listing the container am-securityevent"
 * @returns errors of our own and aborts as they are; a ReplacedError for a condition on an etag that does not hold any more
 */
export function azureError(error: unknown, doing: string, context: ErrorContext = {}): Error {
  if (error instanceof ByomlError || error instanceof OptionError) return error;
  if (error instanceof Error && error.name === "AbortError") return error;
  const inner = first(error);
  if (inner instanceof ByomlError) return inner; // of the credential, which clients pass on
  const facts = factsOf(inner);
  const { status, code } = facts;
  const what = redact(inert(doing, 300));
  if (status === 412 && !code?.startsWith("Lease")) return new ReplacedError(what, "was changed");
  const { kind, hint }: Remedy = remedyOf(facts, context);
  const why = [status, code].filter((part) => part !== null).join(", ") || silentReason(inner);
  return new ByomlError(kind, `${what} failed (${why})`, { hint, details: { statusCode: status, code } });
}

/** The kind of what `azureError` makes of an error: what a caller decides by. */
export function kindOf(error: unknown): ErrorKind {
  const made = azureError(error, "");
  if (made instanceof ByomlError) return made.kind;
  return made instanceof OptionError ? "usage" : "interrupted";
}

/** The error of a credential may be the cause of a client's. */
function first(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof ByomlError ? error.cause : error;
}

function factsOf(error: unknown): Facts {
  if (typeof error !== "object" || error === null) return { status: null, code: null, service: null, writes: false };
  const { name, statusCode, code, details, request } = error as {
    name?: unknown;
    statusCode?: unknown;
    code?: unknown;
    details?: { errorCode?: unknown; code?: unknown; error?: { code?: unknown } };
    request?: { url?: unknown; method?: unknown };
  };
  const status = typeof statusCode === "number" ? statusCode : null;
  const shown = shownCode(details?.errorCode) ?? shownCode(code) ?? shownCode(details?.error?.code);
  return {
    status,
    code: shown,
    service: serviceOf(name, request?.url, shown),
    writes: typeof request?.method === "string" && !["GET", "HEAD"].includes(request.method),
  };
}

/** A code as services and systems have them, a word; anything else might be content. */
function shownCode(code: unknown): string | null {
  return typeof code === "string" && /^[A-Z][A-Za-z_]{1,49}\d{0,8}$/.test(code) ? code : null;
}

function serviceOf(name: unknown, url: unknown, code: string | null): Facts["service"] {
  if (name === "MessagingError") return "hub";
  if (typeof url !== "string") return code?.endsWith("Error") ? "hub" : null;
  return /\/dataCollectionRules\//.test(url) ? "ingestion" : "blob";
}

function silentReason(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return name === "TimeoutError" ? "no answer in time" : "no answer";
}
