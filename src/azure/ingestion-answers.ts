/*
 * What the answers of the Logs Ingestion API mean. Texts of the service and of the client are not passed on: they may hold anything.
 */
import { ByomlError } from "../base/errors.js";
import type { Outcome } from "../delivery/transport.js";
import type { IngestionTarget } from "./ingestion-target.js";
import { certificateCodes, certificateHint, networkHint } from "./network-codes.js";
import { remedyOf, roles } from "./remedies.js";

export interface Answer {
  readonly status: number;
  /** The service's own code of the error. */
  readonly code: string | undefined;
  readonly retryAfterInMs: number | null;
}

/** Of the service, or of what stands before it; 501 and 505 say that it is another. */
const isTemporary = (status: number) => status === 408 || (status >= 500 && status !== 501 && status !== 505);

/** Codes of 400 that are about the rule, not about records. */
const ofTheRule = /Stream|Rule|Dcr|Immutable|Endpoint|ApiVersion/i;

/** What an answer other than 204 means. */
export function answered({ status, code, retryAfterInMs }: Answer, target: IngestionTarget): Outcome {
  const what = code === undefined ? String(status) : `${status} ${code}`;
  if (isTemporary(status)) return { kind: "temporary", why: what, retryAfterInMs };
  if (status === 429) return { kind: "throttled", retryAfterInMs };
  if (status === 413) return { kind: "too-large" };
  if (status === 400 && !(code !== undefined && ofTheRule.test(code))) return { kind: "refused", why: what };
  return { kind: "failed", error: refusal(status, what, target) };
}

function refusal(status: number, what: string, { endpoint, ruleId, stream }: IngestionTarget): ByomlError {
  const { host } = new URL(endpoint);
  const details = { status, endpoint, ruleId, stream };
  if (![400, 401, 403, 404].includes(status))
    return new ByomlError("usage", `${host} does not answer as the Logs Ingestion API does (${what})`, {
      hint: "Check the endpoint, and proxies between here and there.",
      details,
    });
  // 400 is about the rule here, as 404 is
  const facts = { status: status === 400 ? 404 : status, code: null, service: "ingestion", writes: true } as const;
  const { kind, hint } = remedyOf(facts, { role: roles.send, on: `the data collection rule ${ruleId}` });
  return new ByomlError(kind, `sending rows to the stream ${stream} of ${ruleId} at ${host} failed (${what})`, {
    hint,
    details,
  });
}

/** No answer: the connection failed, or its other side is not who it should be. */
export function unanswered(error: unknown, host: string): Outcome {
  const code = errorCode(error);
  if (code === undefined) return { kind: "temporary", why: "no answer" };
  if (!certificateCodes.has(code)) return { kind: "temporary", why: code, hint: networkHint(code) };
  const message = `the certificate of ${host} is not trusted (${code})`;
  return {
    kind: "failed",
    error: new ByomlError("usage", message, { hint: certificateHint, details: { host, code } }),
  };
}

/** No token, so there was no request. Our own errors say why already. */
export function tokenFailed(error: unknown): Outcome {
  if (error instanceof ByomlError) return { kind: "failed", error };
  const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? ` (${error.name})` : "";
  return {
    kind: "failed",
    error: new ByomlError("auth", `there is no token for the Logs Ingestion API${name}`, {
      hint: "See what `byoml doctor --azure` says about the identity.",
    }),
  };
}

/** `ECONNRESET` and the like, of an error or of what caused it. */
function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) && code !== "REQUEST_SEND_ERROR") return code;
  }
  return undefined;
}
