/*
 * Stand-ins for who gives tokens: Microsoft Entra ID (TLS, client credentials with a secret or an assertion) and the metadata address of
 * a machine with a managed identity. Tokens are unsigned JSON web tokens whose last part is a planted text that tests look for.
 */
import { randomUUID } from "node:crypto";
import { createServer as createPlain, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { certificate } from "./certificate.js";

export const testTenant = "11111111-2222-3333-4444-555555555555";
export const testClient = "66666666-7777-8888-9999-000000000000";
/** In every token that the stand-ins give. */
export const plantedToken = "plantedTokenSignatureThatNobodyMaySee";

export interface TokenOptions {
  lifeInS?: number;
  tenant?: string;
}

/** A token that Azurite takes with --oauth basic. */
export function tokenFor(audience: string, { lifeInS = 3600, tenant = testTenant }: TokenOptions = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const who = { aud: audience, iss: `https://sts.windows.net/${tenant}/`, tid: tenant };
  const claims = { ...who, iat: now, nbf: now - 60, jti: randomUUID() }; // no two are the same
  return [part({ alg: "none", typ: "JWT" }), part({ ...claims, exp: now + lifeInS }), plantedToken].join(".");
}

export interface Asked {
  url: string;
  /** The fields of a request for a token. */
  form: URLSearchParams;
}

export interface StandIn {
  url: string;
  /** Its certificate in PEM; empty where it has none. */
  ca: string;
  asked: Asked[];
  close(): Promise<void>;
}

/** What the stand-in does with a request for a token. */
export type Answer = "give" | "hang" | { status: number; error: string; description: string };

/** An authority: what AZURE_AUTHORITY_HOST names. */
export async function startAuthority(answer: Answer = "give"): Promise<StandIn> {
  const { key, cert } = await certificate();
  const asked: Asked[] = [];
  let url = "";
  const server = createServer({ key, cert }, async (request, response) => {
    const path = request.url ?? "";
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (path.includes("openid-configuration")) {
      const tenant = `${url}/${testTenant}`;
      return reply(200, {
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        jwks_uri: `${tenant}/discovery/v2.0/keys`,
        issuer: `${tenant}/v2.0`,
      });
    }
    const form = new URLSearchParams(await textOf(request));
    asked.push({ url: path, form });
    if (answer === "hang") return;
    if (answer !== "give")
      return reply(answer.status, { error: answer.error, error_description: answer.description, error_codes: [1] });
    const audience = (form.get("scope") ?? "").split(" ")[0]?.replace(/\/\.default$/, "") ?? "";
    reply(200, { token_type: "Bearer", expires_in: 3600, ext_expires_in: 3600, access_token: tokenFor(audience) });
  });
  url = await listen(server, "https");
  return { url, ca: cert, asked, close: () => close(server) };
}

/** The metadata address: what AZURE_POD_IDENTITY_AUTHORITY_HOST names. A process keeps to the first that it has asked. */
export async function startMetadata(first: Answer = "give"): Promise<StandIn & { turn(answer: Answer): void }> {
  const asked: Asked[] = [];
  let answer = first;
  const listener: RequestListener = (request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://metadata");
    asked.push({ url: request.url ?? "", form: searchParams });
    if (answer === "hang") return;
    response.setHeader("content-type", "application/json");
    if (answer !== "give") {
      response.statusCode = answer.status;
      response.end(JSON.stringify({ error: answer.error, error_description: answer.description }));
      return;
    }
    const audience = searchParams.get("resource") ?? "";
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const token = { access_token: tokenFor(audience), expires_on: String(expires), resource: audience };
    response.end(JSON.stringify({ ...token, token_type: "Bearer" }));
  };
  const server = createPlain(listener);
  const turn = (next: Answer) => {
    answer = next;
    asked.length = 0;
  };
  return { url: await listen(server, "http"), ca: "", asked, turn, close: () => close(server) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function listen(server: Server, scheme: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
