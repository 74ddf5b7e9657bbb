import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TokenCredential } from "@azure/identity";
import type { LogsIngestionClient } from "@azure/monitor-ingestion";
import { version } from "../base/version.js";
import { retryAfterOf } from "../delivery/retry-after.js";
import type { Outcome, Transport } from "../delivery/transport.js";
import { answered, tokenFailed, unanswered } from "./ingestion-answers.js";
import { audienceOf, checkTarget, type IngestionTarget } from "./ingestion-target.js";
import { type Exchange, send, takeReadyBodies } from "./ready-body.js";
import { BoundedCredential } from "./tokens.js";

export interface LogsIngestionOptions extends IngestionTarget {
  /** Of any kind. Its tokens are kept until shortly before they expire. */
  readonly credential: TokenCredential;
  /** How long one token may take, 20,000 ms by default: getToken of @azure/identity does not always heed signals. */
  readonly tokenTimeoutInMs?: number;
  /** Of the token; by default that of the endpoint's cloud. */
  readonly audience?: string;
  /** Certificates to trust instead of those of Node, in PEM. */
  readonly ca?: string;
}

const packed = promisify(gzip);

/**
 * The Logs Ingestion API as a transport. Each body is one request: the client's own retries and redirects are off, because it waits
 * without a limit and keeps no books. The client is loaded with the first body.
 *
 * @throws OptionError  for endpoint, ruleId or stream
 */
export function logsIngestion(options: LogsIngestionOptions): Transport {
  const target = checkTarget(options);
  const host = new URL(target.endpoint).host;
  const { credential: given, tokenTimeoutInMs: timeoutInMs } = options;
  const credential =
    given instanceof BoundedCredential ? given : new BoundedCredential(given, { kind: "given", timeoutInMs });
  let session: Promise<Session> | undefined;

  const outcome = ({ begun, status, code, retryAfter, date }: Exchange, error: unknown): Outcome => {
    if (status === undefined) return begun ? unanswered(error, host) : tokenFailed(error);
    const now = Date.parse(date ?? "") || Date.now(); // theirs, where ours may be wrong
    return answered({ status, code, retryAfterInMs: retryAfterOf(retryAfter, now) }, target);
  };

  return {
    name: `the Logs Ingestion API at ${host}`,
    async send(body, signal) {
      session ??= open(target.endpoint, { ...options, credential });
      const used = session;
      const own = await used;
      const exchange: Exchange = { body: await packed(body) };
      const error = await send(own.client, target, exchange, signal);
      if (exchange.status === 204) {
        own.trusted = true;
        return { kind: "accepted" };
      }
      if (signal.aborted) return { kind: "temporary", why: "no answer in time" };
      if (exchange.status === 401) {
        if (session === used) {
          credential.forget();
          session = undefined;
        }
        // the token was good before: the next request has another
        if (own.trusted) return { kind: "temporary", why: "401" };
      }
      return outcome(exchange, error);
    },
  };
}

/** A client, which keeps its token until that ends. */
interface Session {
  readonly client: LogsIngestionClient;
  /** Whether the service took anything with it. */
  trusted: boolean;
}

type ClientOptions = Pick<LogsIngestionOptions, "credential" | "audience" | "ca">;

async function open(endpoint: string, options: ClientOptions): Promise<Session> {
  return { client: await ingestionClient(endpoint, options), trusted: false };
}

/** A client for `send` of ready-body.ts alone; it tries once and follows no redirection. */
export async function ingestionClient(endpoint: string, options: ClientOptions): Promise<LogsIngestionClient> {
  const { LogsIngestionClient } = await import("@azure/monitor-ingestion");
  const client = new LogsIngestionClient(endpoint, options.credential, {
    audience: options.audience ?? audienceOf(endpoint),
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: `byoml/${version}` },
    ...(options.ca !== undefined && { tlsOptions: { ca: options.ca } }),
  });
  takeReadyBodies(client);
  return client;
}
