/*
 * Hands a body that is ready to the client of the Logs Ingestion API, and sees what the service answered.
 *
 * `upload` of @azure/monitor-ingestion 1.2.0 takes objects: it serialises each to measure it, and all of them again; its policy for gzip
 * packs what is packed already when a request is sent again after a challenge for new claims; and it resolves as if all was sent when it
 * is aborted between two requests. So it is given one empty record, its policy is replaced by one that puts the ready body in its
 * place (the same bytes however often), and only a status that was seen counts.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { LogsIngestionClient } from "@azure/monitor-ingestion";

/** One body on its way. */
export interface Exchange {
  /** gzip. */
  readonly body: Uint8Array;
  /** Whether a request with it was about to go out: before that there is only the token to fail. */
  begun?: boolean;
  /** Of the last answer. */
  status?: number;
  retryAfter?: string;
  /** When it was made, by the service's clock. */
  date?: string;
  /** The service's code of an error, such as InvalidStream; letters, digits and dots only. */
  code?: string;
}

const current = new AsyncLocalStorage<Exchange>();

/** Prepares a client for `exchange`. */
export function takeReadyBodies(client: LogsIngestionClient): void {
  client.pipeline.removePolicy({ name: "GzippingPolicy" });
  client.pipeline.addPolicy({
    name: "ReadyBodyPolicy",
    sendRequest: async (request, next) => {
      const exchange = current.getStore();
      if (!exchange) throw new Error("a request without a body of its own");
      exchange.begun = true;
      exchange.status = undefined;
      request.body = exchange.body;
      const response = await next(request);
      exchange.status = response.status;
      exchange.retryAfter = response.headers.get("retry-after");
      exchange.date = response.headers.get("date");
      exchange.code = codeOf(response.bodyAsText);
      return response;
    },
  });
}

/**
 * Sends one body; `exchange` then says what came of it.
 *
 * @returns what the client threw, if it did
 */
export async function send(
  client: LogsIngestionClient,
  { ruleId, stream }: { ruleId: string; stream: string },
  exchange: Exchange,
  abortSignal: AbortSignal,
): Promise<unknown> {
  return current.run(exchange, async () => {
    try {
      await client.upload(ruleId, stream, [{}], { abortSignal, maxConcurrency: 1 });
      return undefined;
    } catch (error) {
      return causeOf(error);
    }
  });
}

/** The client wraps what went wrong with its only request, and says nothing of it in its own message. */
function causeOf(error: unknown): unknown {
  const { errors } = error as { errors?: { cause?: unknown }[] };
  return errors?.[0]?.cause ?? error;
}

function codeOf(body: string | null | undefined): string | undefined {
  if (!body || body.length > 100_000) return undefined;
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown } };
    return typeof error?.code === "string" && /^[A-Za-z][A-Za-z0-9.]{0,60}$/.test(error.code) ? error.code : undefined;
  } catch {
    return undefined;
  }
}
