/*
 * Checks of a data collection rule without storing a row: an array without rows is sent. The service documents no answer to it. One that
 * accepts it, or that refuses only its emptiness, has looked at the token and the rule before.
 */
import { gzipSync } from "node:zlib";
import { ByomlError } from "../base/errors.js";
import { type AzureCheck, type Clocks, failure, note, ok } from "./check.js";
import { type Auth, ingestionAccess } from "./clients.js";
import { answered } from "./ingestion-answers.js";
import type { IngestionTarget } from "./ingestion-target.js";
import { ingestionClient } from "./logs-ingestion.js";
import { type Exchange, send } from "./ready-body.js";
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
    const outcome = answered({ status, code, retryAfterInMs: null }, place);
    if (outcome.kind === "refused")
      return note(
        name,
        `takes token and rule; refused the request without rows (${status}${code ? `, ${code}` : ""}), so the stream ${stream} is not proven`,
        "The first delivery shows whether stream and columns fit.",
      );
    if (outcome.kind !== "failed")
      throw { statusCode: status, code, request: { url: "/dataCollectionRules/", method: "POST" } };
    if (!/stream/i.test(code ?? "")) throw outcome.error;
    throw new ByomlError("usage", `the rule has no stream ${stream} (${status}, ${code})`, {
      hint: "Streams are under streamDeclarations in the rule's JSON view.",
    });
  } catch (error) {
    return failure(name, error, doing, context);
  }
}

/** Sends `[]` as a body is sent, and sees what is answered. */
async function probe(
  place: IngestionTarget,
  auth: Auth,
  clocks: Clocks,
  signal: AbortSignal | undefined,
): Promise<{ status: number; code: string | undefined }> {
  const { host } = new URL(place.endpoint);
  const client = await ingestionClient(place.endpoint, await ingestionAccess(auth));
  const exchange: Exchange = { body: gzipSync("[]") };
  const late = AbortSignal.timeout(answerInMs);
  const asked = clocks.now();
  const error = await send(client, place, exchange, signal ? AbortSignal.any([signal, late]) : late);
  signal?.throwIfAborted();
  clocks.saw(host, exchange.date, asked);
  const { status, code } = exchange;
  if (status !== undefined) return { status, code };
  if (!late.aborted) throw error;
  throw new ByomlError("remote", `no answer from ${host} within ${answerInMs / 1000} s`, {
    hint: "Check the endpoint, the network and HTTPS_PROXY.",
  });
}
