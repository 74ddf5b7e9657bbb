/*
 * A stand-in for the Logs Ingestion API: HTTPS with a certificate of its own, the checks that the service makes, and faults by script.
 * Without a script it takes what is right and refuses what is not.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { type AnomalyRow, columns } from "../../src/delivery/columns.js";
import { certificate } from "./certificate.js";

/** What is done with one request. Unless it says otherwise, the request is read and nothing is stored. */
export type Step =
  /** Checks it and stores it: 204, or what the service says to a wrong one. */
  | "take"
  /** Answers with a status; a code stands in the body as the service's does. */
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly code?: string;
      readonly text?: string;
    }
  /** Never answers. */
  | "hang"
  /** Resets the connection, before or after the request is read. */
  | "reset-before"
  | "reset-after"
  /** Stores it; the reply is lost. */
  | "lose-reply"
  /** Stores it; the reply is late. */
  | { readonly lateInMs: number }
  /** Asks for a token with further claims, as continuous access evaluation does; the token it came with is refused from then on. */
  | "challenge"
  /** Says that the token has run out; it is refused from then on. */
  | "expire";

/** One request as it was seen. */
export interface Seen {
  readonly step: Step;
  readonly url: string;
  readonly token: string;
  /** Of the body, unpacked; 0 where it was not read. */
  readonly bytes: number;
  readonly rows: number;
  status?: number;
}

export interface IngestionOptions {
  /** By the number of the request, from 0; or one after the other, then "take". */
  readonly script?: readonly Step[] | ((request: number) => Step);
  /** Records that the service refuses, besides those that do not fit the columns. */
  readonly refuses?: (row: AnomalyRow) => boolean;
  /** Bytes of an unpacked body. */
  readonly bodyInBytes?: number;
  readonly ruleId?: string;
  readonly stream?: string;
  /** What `aud` of each token must be; unchecked by default. */
  readonly audience?: string;
  /** Is given what is stored, before the reply. */
  readonly onStored?: (rows: readonly AnomalyRow[]) => void;
}

export const testRule = `dcr-${"0123456789abcdef".repeat(2)}`;
export const testStream = "Custom-AnomalousResourceAccessResult";

export interface Ingestion {
  /** The endpoint. */
  readonly url: string;
  /** Its certificate in PEM, to be trusted. */
  readonly ca: string;
  /** Every row that was stored, in the order of storing; those that were sent twice are there twice. */
  readonly stored: readonly AnomalyRow[];
  readonly requests: readonly Seen[];
  close(): Promise<void>;
}

/** Starts it on a free port of the loopback interface. */
export async function startIngestion(options: IngestionOptions = {}): Promise<Ingestion> {
  const { key, cert } = await certificate();
  const service = new Service(options);
  const server = createServer({ key, cert }, (request, response) => void service.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    ca: cert,
    stored: service.stored,
    requests: service.requests,
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class Service {
  readonly stored: AnomalyRow[] = [];
  readonly requests: Seen[] = [];
  readonly #options: IngestionOptions;
  /** Tokens that are no longer good, and what is said to them. */
  readonly #refused = new Map<string, string>();

  constructor(options: IngestionOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const step = this.#step(this.requests.length);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const seen: Seen = { step, url: request.url ?? "", token, bytes: 0, rows: 0 };
    this.requests.push(seen);
    if (step === "reset-before") return void request.socket.destroy();
    const body = await read(request);
    if (body === undefined) return;
    const text = unpacked(body);
    if (text !== undefined) Object.assign(seen, { bytes: text.length });
    const answer = (status: number, headers: Readonly<Record<string, string>> = {}, error = "") => {
      seen.status = status;
      response.writeHead(status, { ...(error && { "content-type": "application/json" }), ...headers }).end(error);
    };
    const told = `${token} ${text?.toString("utf8") ?? ""}`;
    if (step === "hang") return;
    if (step === "reset-after") return void request.socket.destroy();
    if (step === "challenge") this.#refused.set(token, challenge);
    if (step === "expire")
      this.#refused.set(token, 'Bearer error="invalid_token", error_description="The token has expired"');
    if (typeof step === "object" && "status" in step)
      return answer(
        step.status,
        step.headers,
        step.text ?? (step.code === undefined ? "" : errorText(step.code, told)),
      );
    const rows = text && rowsIn(text);
    const wrong = this.#check(request, token, rows, seen);
    if (wrong) return answer(wrong.status, wrong.headers, errorText(wrong.code, told));
    this.stored.push(...(rows as AnomalyRow[]));
    this.#options.onStored?.(rows as AnomalyRow[]);
    if (step === "lose-reply") return void request.socket.destroy();
    if (typeof step === "object") setTimeout(answer, step.lateInMs, 204);
    else answer(204);
  }

  #step(request: number): Step {
    const { script = [] } = this.#options;
    return typeof script === "function" ? script(request) : (script[request] ?? "take");
  }

  /** What the service says to a request that is wrong. */
  #check(request: IncomingMessage, token: string, rows: unknown, seen: Seen): Wrong | undefined {
    const { ruleId = testRule, stream = testStream, bodyInBytes = 1_048_576, audience } = this.#options;
    const refused = this.#refused.get(token);
    if (token === "" || refused !== undefined)
      return { status: 401, code: "InvalidToken", headers: { "www-authenticate": refused ?? "Bearer" } };
    if (audience !== undefined && audienceIn(token) !== audience) return { status: 401, code: "InvalidAudience" };
    const url = new URL(request.url ?? "", "https://localhost");
    if (request.method !== "POST") return { status: 405, code: "MethodNotAllowed" };
    const version = url.searchParams.get("api-version") ?? url.searchParams.get("api%2Dversion");
    if (version !== "2023-01-01") return { status: 400, code: "InvalidApiVersion" };
    if (url.pathname !== `/dataCollectionRules/${ruleId}/streams/${stream}`) return { status: 404, code: "NotFound" };
    if (!request.headers["content-type"]?.startsWith("application/json"))
      return { status: 415, code: "InvalidContentType" };
    if (request.headers["content-encoding"] !== "gzip") return { status: 400, code: "NotPacked" };
    if (seen.bytes > bodyInBytes) return { status: 413, code: "ContentLengthLimitExceeded" };
    if (!Array.isArray(rows)) return { status: 400, code: "InvalidPayload" };
    Object.assign(seen, { rows: rows.length });
    if (!rows.every(fits) || rows.some((row) => this.#options.refuses?.(row as AnomalyRow)))
      return { status: 400, code: "InvalidRecord" };
    return undefined;
  }
}

interface Wrong {
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1"}}}').toString("base64");
const challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${claims}"`;

/** A message may hold anything; this one has the token and the content. */
const errorText = (code: string, told: string) => JSON.stringify({ error: { code, message: told.slice(0, 50_000) } });

/** The whole body; nothing where the other side went away. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}

/** The body as it was before gzip; nothing where it is no gzip. */
function unpacked(body: Buffer): Buffer | undefined {
  try {
    return gunzipSync(body);
  } catch {
    return undefined;
  }
}

/** What JSON in UTF-8 says; nothing where it is none. */
function rowsIn(text: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    return undefined;
  }
}

/** Whether a record has the columns of the stream, each of its type. */
function fits(row: unknown): boolean {
  if (typeof row !== "object" || row === null) return false;
  const values = row as Record<string, unknown>;
  if (Object.keys(values).some((name) => !columns.some((column) => column.name === name))) return false;
  return columns.every(({ name, type }) => {
    const value = values[name];
    if (value === null) return true;
    if (type === "datetime") return typeof value === "string" && !Number.isNaN(Date.parse(value));
    return typeof value === (type === "real" ? "number" : "string");
  });
}

function audienceIn(token: string): unknown {
  try {
    return (JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as { aud?: unknown }).aud;
  } catch {
    return undefined;
  }
}
