/*
 * Checks of a data collection rule without storing a row: an array without rows is sent. The service documents no answer to it. One that
 * accepts it, or that refuses only its emptiness, has looked at the token and the rule before.
 */
import { gzipSync } from "node:zlib";
import { ByomlError } from "../base/errors.js";
import { version } from "../base/version.js";
import { type AzureCheck, type Clocks, failure, note, ok } from "./check.js";
import { type Auth, ingestionAccess } from "./clients.js";
import type { IngestionTarget } from "./ingestion-target.js";
import { roles } from "./remedies.js";

/** How long the service may take. */
const answerInMs = 30_000;

export interface IngestionCheckOptions {
  auth: Auth;
  clocks: Clocks;
  signal?: AbortSignal;
}

/** Whether the identity may send rows by a rule. Stores nothing. */
export async function checkRule(place: IngestionTarget, options: IngestionCheckOptions): Promise<AzureCheck> {
  const { auth, clocks, signal } = options;
  const { ruleId, stream } = place;
  const name = `data collection rule ${ruleId}`;
  const doing = `sending no rows by the rule ${ruleId}`;
  const context = { role: roles.send, on: "the data collection rule" };
  try {
    const { status, code } = await probe(place, auth, clocks, signal);
    if (status === 204)
      return ok(name, `takes token and stream ${stream} (no row was sent; columns show with the first)`);
    if (status === 400 && /stream/i.test(code ?? ""))
      throw new ByomlError("usage", `the rule has no stream ${stream} (400, ${code})`, {
        hint: "Streams are under streamDeclarations in the rule's JSON view.",
      });
    if (status === 400)
      return note(
        name,
        `takes token and rule; refused the request without rows (400${code ? `, ${code}` : ""}), so the stream ${stream} is not proven`,
        "The first delivery shows whether stream and columns fit.",
      );
    throw { statusCode: status, code, request: { url: "/dataCollectionRules/", method: "POST" } };
  } catch (error) {
    return failure(name, error, doing, context);
  }
}

interface Answer {
  status: number;
  code: string | undefined;
}

/** Sends `[]` by way of the client, which refuses to do that itself: its body is replaced on the way. */
async function probe(
  { endpoint, ruleId, stream }: IngestionTarget,
  auth: Auth,
  clocks: Clocks,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { credential, audience } = await ingestionAccess(auth);
  const { LogsIngestionClient } = await import("@azure/monitor-ingestion");
  const client = new LogsIngestionClient(endpoint, credential, {
    audience,
    retryOptions: { maxRetries: 1 },
    userAgentOptions: { userAgentPrefix: `byoml/${version}` },
  });
  let answer: Answer | undefined;
  client.pipeline.addPolicy({
    name: "byomlNoRows",
    async sendRequest(request, next) {
      request.body = gzipSync("[]");
      const asked = clocks.now();
      const response = await next(request);
      clocks.saw(new URL(endpoint).host, response.headers.get("date"), asked);
      answer = { status: response.status, code: codeIn(response.bodyAsText) };
      return response;
    },
  });
  const late = AbortSignal.timeout(answerInMs);
  try {
    await client.upload(ruleId, stream, [{}], { abortSignal: signal ? AbortSignal.any([signal, late]) : late });
  } catch (error) {
    signal?.throwIfAborted();
    if (late.aborted)
      throw new ByomlError("remote", `no answer from ${new URL(endpoint).host} within ${answerInMs / 1000} s`, {
        hint: "Check the endpoint, the network and HTTPS_PROXY.",
      });
    if (answer === undefined) throw error;
  }
  if (answer === undefined) throw new ByomlError("internal", "nothing was sent");
  return answer;
}

/** The code in an answer's body, when it is a word; never its text. */
function codeIn(body: string | null | undefined): string | undefined {
  try {
    const { error } = JSON.parse(body ?? "") as { error?: { code?: unknown } };
    return typeof error?.code === "string" && /^[A-Za-z]{1,60}$/.test(error.code) ? error.code : undefined;
  } catch {
    return undefined;
  }
}
