import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { certificate } from "./certificate.js";

export const testRule = `dcr-${"0123456789abcdef".repeat(2)}`;
export const testStream = "Custom-AnomalousResourceAccessResult";

export interface RuleAnswer {
  status?: number;
  /** The code in the body of an error. */
  code?: string;
  /** Of the Date header; now by default. */
  date?: Date;
}

/** One request as it was seen. */
export interface RuleRequest {
  path: string;
  authorization: string;
  body: string;
}

/** A data collection rule that answers always the same, by TLS on loopback. What it answers may hold secrets: nobody is to show them. */
export async function startRule({ status = 204, code, date }: RuleAnswer = {}) {
  const { key, cert } = await certificate();
  const requests: RuleRequest[] = [];
  const server = createServer({ key, cert }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const authorization = request.headers.authorization ?? "";
    requests.push({ path: request.url ?? "", authorization, body: gunzipSync(Buffer.concat(chunks)).toString("utf8") });
    if (date) response.setHeader("date", date.toUTCString());
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 204 ? undefined : JSON.stringify({ error: { code, message: `not so: ${authorization}` } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: cert,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
