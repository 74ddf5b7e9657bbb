import { inspect } from "node:util";
import { AzureLogger, setLogLevel } from "@azure/logger";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logsIngestion } from "../../src/azure/logs-ingestion.js";
import { rowsUpTo } from "../delivery/rows.js";
import { TestCredential } from "./credential.js";
import { type Step, testRule, testStream } from "./ingestion.js";
import { scene } from "./scene.js";

const planted = "planted-content";
const rows = rowsUpTo(30).map((row) => ({
  ...row,
  Actor: planted,
  Resource: planted,
  Reason: planted,
  PeerSummary: planted,
}));

let logged: string[] = [];
const { log } = AzureLogger;

beforeEach(() => {
  logged = [];
  AzureLogger.log = (...parts) =>
    void logged.push(parts.map((part) => (typeof part === "string" ? part : inspect(part))).join(" "));
  setLogLevel("verbose");
});

afterEach(() => {
  setLogLevel(undefined);
  AzureLogger.log = log;
});

/** All that may come to be seen of a value: what is hidden too, causes, stacks. */
const allOf = (value: unknown) => inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null });

const json = { "content-type": "application/json" };
const failures: [string, Step[]][] = [
  ["a bad token", ["expire"]],
  ["a challenge without end", ["challenge", "challenge", "challenge"]],
  ["no right", [{ status: 403, code: "OperationFailed" }]],
  ["a wrong address", [{ status: 404, code: "NotFound" }]],
  ["a wrong stream", [{ status: 400, code: "InvalidStream" }]],
  ["a redirection", [{ status: 307, headers: { location: "https://localhost/?sig=x" }, code: "Moved" }]],
  ["a service that is down", Array<Step>(6).fill({ status: 503, code: "ServiceUnavailable" })],
  ["throttling", Array<Step>(6).fill({ status: 429, code: "Throttled", headers: { "retry-after": "1" } })],
  ["lost connections", Array<Step>(6).fill("reset-after")],
  ["lost replies", Array<Step>(6).fill("lose-reply")],
  ["no answers", Array<Step>(6).fill("hang")],
  ["an answer that is no JSON", [{ status: 418, headers: json, text: `{"error": ${planted}` }]],
  [
    "a code that is content",
    [{ status: 403, headers: json, text: JSON.stringify({ error: { code: `${planted} 1` } }) }],
  ],
];

describe("what is said and logged of a delivery that fails", () => {
  it.each(failures)("holds neither a token nor content: %s", async (_, script) => {
    const { credential, service, deliver } = await scene({ script }, { rows });
    const told: unknown[] = [];
    const accounting = await deliver({ retries: 2, timeoutInMs: 200, graceInMs: 50 });
    told.push(accounting);
    expect(accounting.failure).toBeDefined();
    expect(logged.length).toBeGreaterThan(0);
    expect(credential.tokens.length).toBeGreaterThan(0);
    const seen = allOf(told) + JSON.stringify(accounting) + allOf(accounting.failure) + logged.join("\n");
    for (const token of credential.tokens)
      for (const part of token.split(".").slice(1)) expect(seen).not.toContain(part);
    expect(seen).not.toContain(planted);
    expect(service.requests.length).toBeGreaterThan(0);
  });

  it("holds neither in the journal, nor a token in the dead letters", async () => {
    const { credential, journal, deadLetters, deliver } = await scene(
      { refuses: ({ Score }) => Score === rows[3]?.Score },
      { rows },
    );
    expect(await deliver()).toMatchObject({ sent: 29, deadLettered: 1 });
    expect(journal.content.toString()).not.toContain(planted);
    expect(deadLetters.content.toString()).toContain(planted);
    const [token = ""] = credential.tokens;
    for (const part of token.split(".")) {
      expect(journal.content.toString()).not.toContain(part);
      expect(deadLetters.content.toString()).not.toContain(part);
    }
  });

  it("holds nothing that a credential says of its secret", async () => {
    const credential = new TestCredential();
    const secret = "client_secret=planted-secret";
    credential.getToken = () =>
      Promise.reject(Object.assign(new Error(secret, { cause: new Error(secret) }), { code: secret }));
    const endpoint = "https://x.ingest.monitor.azure.com";
    const transport = logsIngestion({ endpoint, ruleId: testRule, stream: testStream, credential });
    const outcome = await transport.send(Buffer.from("[]"), new AbortController().signal);
    expect(outcome).toMatchObject({ kind: "failed", error: { kind: "auth" } });
    expect(allOf(outcome)).not.toContain("planted-secret");
  });
});
