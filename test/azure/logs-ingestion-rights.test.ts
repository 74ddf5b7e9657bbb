import { describe, expect, it } from "vitest";
import { logsIngestion } from "../../src/azure/logs-ingestion.js";
import { BoundedCredential } from "../../src/azure/tokens.js";
import { ByomlError } from "../../src/base/errors.js";
import { exitOf } from "../../src/delivery/accounting.js";
import { rowsUpTo } from "../delivery/rows.js";
import { TestCredential } from "./credential.js";
import { type Step, startIngestion, testRule, testStream } from "./ingestion.js";
import { allSent, audience, recordIds, scene, script } from "./scene.js";

describe("what no repetition can mend", () => {
  it.each([
    [{ status: 403 }, "auth", 4, /Monitoring Metrics Publisher.*30 minutes/],
    [{ status: 404 }, "usage", 2, /endpoint.*immutable id.*stream/],
    [{ status: 400, code: "InvalidStream" }, "usage", 2, /stream/],
    [{ status: 301, headers: { location: "https://localhost/" } }, "usage", 2, /prox/],
    [{ status: 200 }, "usage", 2, /endpoint/],
    [{ status: 201 }, "usage", 2, /endpoint/],
    [{ status: 501 }, "usage", 2, /endpoint/],
    [{ status: 505 }, "usage", 2, /endpoint/],
  ] as const)("stops at %j and says what to do", async (step: Step, kind, exit, hint) => {
    const { service, deliver } = await scene(script("take", step));
    const accounting = await deliver();
    expect(accounting).toMatchObject({ sent: 10, deadLettered: 0, unsent: 20, requests: 2, failure: { kind } });
    expect(accounting.failure?.hint).toMatch(hint);
    expect(exitOf(accounting)).toBe(exit);
    expect(service.requests).toHaveLength(2);
  });

  it("lets a body that is on its way arrive", async () => {
    const { service, deliver } = await scene(script({ lateInMs: 200 }, { status: 403 }));
    expect(await deliver({ concurrency: 2 })).toMatchObject({
      sent: 10,
      unsent: 20,
      requests: 2,
      failure: { kind: "auth" },
    });
    expect(service.stored).toHaveLength(10);
  });

  it("stops at a certificate that is not trusted", async () => {
    const other = await startIngestion();
    await other.close();
    const { service, deliver } = await scene({}, { at: { ca: other.ca } });
    const accounting = await deliver();
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, requests: 1, failure: { kind: "usage" } });
    expect(accounting.failure?.message).toContain("certificate");
    expect(service.requests).toEqual([]);
  });
});

describe("tokens", () => {
  it("that are refused at once stop it", async () => {
    const { deliver } = await scene(script("expire"));
    const accounting = await deliver();
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, requests: 1, failure: { kind: "auth" } });
    expect(exitOf(accounting)).toBe(4);
  });

  it("that run out on the way are asked for again", async () => {
    const { service, credential, deliver } = await scene(script("take", "expire"));
    expect(await deliver()).toMatchObject({ ...allSent, requests: 4, retries: 1 });
    expect(service.stored).toEqual(rowsUpTo(30));
    expect(credential.tokens).toHaveLength(2);
  });

  it("that run out while bodies are in flight are asked for again, once for all", async () => {
    const { service, credential, deliver } = await scene(script("take", "expire", "expire"));
    expect(await deliver({ concurrency: 3 })).toMatchObject(allSent);
    expect(new Set(recordIds(service.stored)).size).toBe(30);
    expect(credential.tokens.length).toBeLessThanOrEqual(3);
  });

  it("that run out on the way are asked for again where a cache still holds them", async () => {
    const inner = new TestCredential();
    const credential = new BoundedCredential(inner, { kind: "cli", timeoutInMs: 1000 });
    const { service, deliver } = await scene(script("take", "expire"), { at: { credential } });
    expect(await deliver()).toMatchObject({ ...allSent, requests: 4, retries: 1 });
    expect(service.stored).toEqual(rowsUpTo(30));
    expect(inner.tokens).toHaveLength(2);
  });

  it("are asked for anew with the claims of a challenge, and the body is stored as it is", async () => {
    const { service, credential, deliver } = await scene(script("take", "challenge"));
    expect(await deliver()).toMatchObject({ ...allSent, requests: 3 });
    expect(service.stored).toEqual(rowsUpTo(30));
    expect(service.requests.map(({ status }) => status)).toEqual([204, 401, 204, 204]);
    expect(credential.asked[1]?.claims).toContain("access_token");
  });

  it("that do not satisfy a challenge stop it", async () => {
    const { deliver } = await scene({ script: () => "challenge" });
    expect(await deliver()).toMatchObject({ sent: 0, unsent: 30, failure: { kind: "auth" } });
  });

  it("that cannot be had stop it", async () => {
    const credential = new TestCredential();
    credential.getToken = async () => {
      throw Object.assign(new Error("client_secret=hunter2"), { name: "CredentialUnavailableError" });
    };
    const { service, deliver } = await scene({}, { credential });
    const { failure, ...accounting } = await deliver();
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, requests: 1 });
    expect(failure).toMatchObject({ kind: "auth" });
    expect(failure?.message).toContain("CredentialUnavailableError");
    expect(service.requests).toEqual([]);
  });

  it("that cannot be had for a reason of ours keep that reason", async () => {
    const credential = new TestCredential();
    const reason = new ByomlError("remote", "no token within 10 s");
    credential.getToken = () => Promise.reject(reason);
    const { deliver } = await scene({}, { credential });
    expect((await deliver()).failure).toBe(reason);
  });

  it("that never come stop it after a time of their own, and are named", async () => {
    const credential = new TestCredential();
    credential.getToken = () => new Promise(() => {});
    const { deliver } = await scene({}, { credential, at: { tokenTimeoutInMs: 20 } });
    const accounting = await deliver();
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, requests: 1, failure: { kind: "auth" } });
    expect(accounting.failure?.message).toBe(
      "no token for monitor.azure.com from the credential that was given within 20 ms",
    );
    expect(accounting.failure?.hint).not.toContain("--auth");
  });

  it("that never come do not hold it up", async () => {
    const credential = new TestCredential();
    credential.getToken = () => new Promise(() => {});
    const { deliver } = await scene({}, { credential });
    const accounting = await deliver({ timeoutInMs: 50, graceInMs: 10, retries: 1 });
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, failure: { kind: "remote" } });
  });

  it.each([
    ["https://x-1a2b.westeurope-1.ingest.monitor.azure.com", "https://monitor.azure.com/.default"],
    ["https://x-1a2b.usgovvirginia-1.ingest.monitor.azure.us", "https://monitor.azure.us/.default"],
    ["https://x-1a2b.chinanorth3-1.ingest.monitor.azure.cn", "https://monitor.azure.cn/.default"],
  ])("are for the cloud of %s", async (endpoint, scope) => {
    const credential = new TestCredential();
    credential.getToken = async (scopes) => {
      throw new ByomlError("auth", `asked for ${scopes}`);
    };
    const transport = logsIngestion({ endpoint, ruleId: testRule, stream: testStream, credential });
    const outcome = await transport.send(Buffer.from("[]"), new AbortController().signal);
    expect(outcome).toMatchObject({ kind: "failed", error: { message: `asked for ${scope}` } });
  });

  it("can be for another audience", async () => {
    const { credential, deliver } = await scene({ audience: "https://other" }, { at: { audience: "https://other" } });
    expect(await deliver()).toMatchObject(allSent);
    expect(credential.asked[0]?.scopes).toEqual(["https://other/.default"]);
    expect(audience).not.toBe("https://other");
  });
});

describe("an interruption", () => {
  it("before the first request sends nothing", async () => {
    const { service, deliver } = await scene({});
    const accounting = await deliver({}, AbortSignal.abort());
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, requests: 0, failure: { kind: "interrupted" } });
    expect(exitOf(accounting)).toBe(130);
    expect(service.requests).toEqual([]);
  });

  it("between two requests leaves the rest unsent, and never says that all was sent", async () => {
    const interrupt = new AbortController();
    const { service, deliver } = await scene({ onStored: () => interrupt.abort() });
    const accounting = await deliver({}, interrupt.signal);
    expect(accounting.failure?.kind).toBe("interrupted");
    expect(accounting.unsent).toBeGreaterThanOrEqual(20);
    expect(await deliver()).toMatchObject(allSent);
    expect(new Set(recordIds(service.stored)).size).toBe(30);
  });

  it("during a request that is never answered ends it", async () => {
    const interrupt = new AbortController();
    const service = await scene({
      script: (request) => {
        if (request === 1) setImmediate(() => interrupt.abort());
        return request === 1 ? "hang" : "take";
      },
    });
    const accounting = await service.deliver({}, interrupt.signal);
    expect(accounting).toMatchObject({ sent: 10, unsent: 20, requests: 2, failure: { kind: "interrupted" } });
  });

  it("while waiting to send again ends the wait", async () => {
    const interrupt = new AbortController();
    const { clock, deliver } = await scene(script("take", { status: 503 }));
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (milliseconds, signal) => {
      interrupt.abort();
      return sleep(milliseconds, signal);
    };
    const accounting = await deliver({}, interrupt.signal);
    expect(accounting).toMatchObject({ sent: 10, unsent: 20, requests: 2, failure: { kind: "interrupted" } });
  });
});
