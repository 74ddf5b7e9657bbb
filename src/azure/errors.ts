/*
 * What the clients of Azure throw, as errors that say what, where and what to do. Their own messages may hold tokens, signatures and
 * bodies, so none of their text is passed on but error codes.
 */
import { ByomlError } from "../base/errors.js";
import { ReplacedError } from "../base/replaced.js";

/**
 * @param doing  what was being done, such as "listing the container am-securityevent"
 * @returns errors of our own as they are
 */
export function azureError(error: unknown, doing: string): Error {
  if (error instanceof ByomlError) return error;
  if (error instanceof Error && error.name === "AbortError") return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  const what = `${doing} failed (${[statusCode, code].filter((part) => part !== undefined).join(", ") || "no answer"})`;
  const details = { statusCode: statusCode ?? null, code: code ?? null };
  if (statusCode === 401 || statusCode === 403) return new ByomlError("auth", what, { details });
  if (statusCode === 404) return new ByomlError("usage", what, { details });
  if (statusCode === 412) return new ReplacedError(doing, "was changed");
  return new ByomlError("remote", what, { details });
}
