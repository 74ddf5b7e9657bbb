import { ByomlError } from "../base/errors.js";
import { azureError } from "./errors.js";

/** The service's code of an error, such as BlobNotFound; empty where there was no answer. */
export const codeOf = (error: unknown): string => (error as { code?: string }).code ?? "";
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;
export const isNotFound = (error: unknown): boolean =>
  codeOf(error) === "BlobNotFound" || (statusOf(error) === 404 && codeOf(error) === "");

/** What a request may take, retries and all: a minute, and two seconds for each megabyte. */
export function timeFor(bytes: number): number {
  return 60_000 + bytes / 500;
}

/**
 * Makes a request that ends: with what it gives, with an error of ours, or with the reason of the signal that was aborted.
 *
 * @param doing  what is done, for the error: "reading state-0.json of the store …"
 * @param signals  the request is given up when one of them is aborted
 */
export async function request<T>(
  doing: string,
  timeInMs: number,
  signals: readonly (AbortSignal | undefined)[],
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const given = signals.filter((signal) => signal !== undefined);
  for (const signal of given) signal.throwIfAborted();
  const timeOut = AbortSignal.timeout(Math.ceil(timeInMs));
  try {
    return await send(AbortSignal.any([...given, timeOut]));
  } catch (error) {
    for (const signal of given) signal.throwIfAborted();
    if (!timeOut.aborted) throw error;
    throw new ByomlError("remote", `${doing} failed: no answer within ${Math.ceil(timeInMs / 1000)} s`, {
      hint: "Check the network, then run again.",
    });
  }
}

/** As `request`, with errors of the service as ours. */
export async function requestOrFail<T>(...[doing, timeInMs, signals, send]: Parameters<typeof request<T>>): Promise<T> {
  try {
    return await request(doing, timeInMs, signals, send);
  } catch (error) {
    if (signals.some((signal) => signal?.aborted)) throw error;
    throw azureError(error, doing);
  }
}
