/*
 * How long a request to Blob Storage may stay without an answer. The client has no time-out of its own (its `tryTimeoutInMs` is told to
 * the service, not kept), so a connection that is swallowed somewhere would hold a run for ever.
 */
import type { StoragePipelineOptions } from "@azure/storage-blob";

type Factory = import("@azure/storage-blob").RequestPolicyFactory;
type Next = Parameters<Factory["create"]>[0];
type Policy = ReturnType<Factory["create"]>;
type Request = Parameters<Policy["sendRequest"]>[0];

/** Tries of one request, and the pauses between them. */
export const retryOptions: StoragePipelineOptions["retryOptions"] = {
  maxTries: 4,
  retryDelayInMs: 1000,
  maxRetryDelayInMs: 8000,
};

/** Milliseconds until the headers of an answer, for bodies that are not streamed until its end. */
const answerInMs = 30_000;
/** What is sent gets as much time more as a slow line needs: bytes a millisecond. */
const slowestSending = 50;

/** The client puts a factory of this very name behind its retries, so that every try has the time-out and a late one is tried again. */
class InjectorPolicyFactory {
  readonly #answerInMs: number;

  constructor(within: number) {
    this.#answerInMs = within;
  }

  create(next: Next): Policy {
    const within = this.#answerInMs;
    return {
      async sendRequest(request) {
        const stop = new AbortController();
        const outer = request.abortSignal;
        const forward = () => stop.abort();
        if (outer?.aborted) forward();
        outer?.addEventListener("abort", forward);
        const forget = () => outer?.removeEventListener("abort", forward);
        let late = false;
        const timer = setTimeout(
          () => {
            late = true;
            stop.abort();
          },
          within + sentBytes(request) / slowestSending,
        );
        try {
          request.abortSignal = stop.signal;
          const response = await next.sendRequest(request);
          const body = response.readableStreamBody;
          if (body)
            body.once("close", forget); // an abort still ends the body
          else forget();
          return response;
        } catch (error) {
          forget();
          throw late && !outer?.aborted ? silence() : error;
        } finally {
          clearTimeout(timer);
          request.abortSignal = outer; // the next try begins with the caller's
        }
      },
    };
  }
}

function sentBytes(request: Request): number {
  const length = Number(request.headers.get("content-length") ?? 0);
  return Number.isFinite(length) ? length : 0;
}

/** As the client's own errors of connections look, so that it tries again. */
function silence(): Error {
  return Object.assign(new Error("no answer in time"), { name: "RestError", code: "ETIMEDOUT" });
}

/** What is pushed to the factories of a pipeline. */
export function patience(within = answerInMs): Factory {
  return new InjectorPolicyFactory(within) as Factory;
}
