import { blobError, codeOf, statusOf } from "./blob-errors.js";
import { bounded } from "./watch.js";

/** No such blob, where a HEAD has no code to say so; a missing container is another matter. */
export function isNotFound(error: unknown): boolean {
  const code = codeOf(error);
  return code === "BlobNotFound" || (code === undefined && statusOf(error) === 404);
}

/** The service refuses because of a lease: that of another, or one that is no more. */
export function isLeaseRefusal(error: unknown): boolean {
  return codeOf(error)?.startsWith("Lease") ?? false;
}

/** A condition on what is there did not hold. */
export function isOtherThere(error: unknown): boolean {
  return ["BlobAlreadyExists", "ConditionNotMet"].includes(codeOf(error) ?? "") || statusOf(error) === 412;
}

/** What a request may take, retries and all: a minute, and two seconds for each megabyte. */
export function timeFor(bytes: number): number {
  return 60_000 + Math.ceil(bytes / 500);
}

/**
 * Makes a request that ends: with what it gives, with an error of ours, or with the reason of the signal that was aborted.
 *
 * @param doing  what is done, for the error: "reading state-0.json of the store …"
 */
export async function requestOrFail<T>(
  doing: string,
  timeInMs: number,
  signal: AbortSignal | undefined,
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await bounded(send, doing, { signal, silenceInMs: timeInMs });
  } catch (error) {
    throw signal?.aborted ? error : blobError(error, doing, "write");
  }
}
