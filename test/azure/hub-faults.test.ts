import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { optional } from "../../src/azure/hub-client.js";
import { hubOrigin } from "../../src/azure/hub-origin.js";
import { ByomlError } from "../../src/base/errors.js";
import { errorOf } from "../ingest/helpers.js";
import { certificate } from "./certificate.js";
import { closing, envelope, hubOf, linesOfText, originOf, sliceOf, textOf, users, wayTo } from "./hub-helpers.js";

describe("what cannot be read is told", () => {
  it("of a hub that is not there", async () => {
    const hub = await hubOf();
    const env = { AZURE_EVENTHUB_CONNECTION_STRING: hub.connectionString };
    const origin = hubOrigin(`eventhub://${hub.host}/other`, { env });
    expect(await errorOf(origin.list())).toMatchObject({
      kind: "usage",
      message: `asking eventhub://${hub.host}/other for its properties failed (MessagingEntityNotFoundError)`,
      hint: expect.stringContaining("Check the names"),
    });
    await origin.close();
  });

  it("of a consumer group that is not there", async () => {
    const hub = await hubOf();
    hub.send(0, envelope("ann"));
    const env = { AZURE_EVENTHUB_CONNECTION_STRING: hub.connectionString };
    const origin = hubOrigin(`eventhub://${hub.host}/${hub.name}?consumerGroup=other`, { env });
    const [listed] = await origin.list();
    expect(await errorOf(textOf(origin, sliceOf(listed)))).toMatchObject({
      kind: "usage",
      message: `reading eventhub://${hub.host}/${hub.name}/0/other failed (MessagingEntityNotFoundError)`,
    });
    await origin.close();
  });

  it("of a key that is refused, at once and without the key", async () => {
    const hub = await hubOf();
    hub.tokenStatus = 401;
    const error = await errorOf(originOf(hub).list());
    expect(error).toMatchObject({ kind: "auth", hint: expect.stringContaining("Azure Event Hubs Data Receiver") });
    expect(hub.seen.tokens).toBe(1);
    expect(inspect(error, { depth: 9 })).not.toContain("cGxhbnRlZCBrZXk");
  });

  it.each([
    ["amqp:unauthorized-access", "auth", "UnauthorizedError"],
    ["amqp:link:stolen", "remote", "ReceiverDisconnectedError"],
    ["amqp:resource-limit-exceeded", "remote", "QuotaExceededError"],
    ["com.microsoft:server-busy", "remote", "ServerBusyError"],
  ])("of a link that is refused with %s", async (condition, kind, code) => {
    const hub = await hubOf();
    hub.send(0, envelope("ann"));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.refusal = { condition, description: "planted key" };
    const error = await errorOf(textOf(origin, sliceOf(listed)));
    expect(error).toMatchObject({ kind, message: `reading ${listed.name} failed (${code})` });
    expect(inspect(error, { depth: 9 })).not.toMatch(/planted|cGxhbnRlZCBrZXk/);
  });

  it("of a hub that is busy for a while only when it stays so", async () => {
    const hub = await hubOf();
    hub.send(0, envelope("ann"));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.refusal = { condition: "com.microsoft:server-busy" };
    const text = textOf(origin, sliceOf(listed));
    await expect.poll(() => hub.seen.refused).toBeGreaterThan(1);
    hub.refusal = undefined;
    expect(linesOfText(await text)).toEqual([envelope("ann")]);
  });

  it("of events that are there and do not come", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const origin = originOf(hub, { receiveTimeoutInMs: 2000 });
    const [listed] = await origin.list();
    hub.fault = { after: 100, what: "silence" };
    expect(await errorOf(textOf(origin, sliceOf(listed)))).toMatchObject({
      kind: "remote",
      message: `reading ${listed.name} failed (no event in 2 seconds, of 200 that are there, from sequence number 100 on)`,
    });
    expect(hub.readers).toBe(0);
  });

  it("of a hub that answers no request", async () => {
    const hub = await hubOf();
    hub.mute = true;
    expect(await errorOf(originOf(hub, { requestTimeoutInMs: 300 }).list())).toMatchObject({ kind: "remote" });
  });

  it("of a peer that says nothing, and not any more once it does", async () => {
    const hub = await hubOf();
    hub.send(0, envelope("ann"));
    const way = await wayTo(hub, { silent: true });
    const origin = hubOrigin(way.address, way, { requestTimeoutInMs: 2000 });
    closing.push(origin);
    expect(await errorOf(origin.list())).toMatchObject({ kind: "remote" });
    way.speak();
    expect(await origin.list()).toMatchObject([{ length: 1 }]);
  });

  it("of a peer that falls silent while it is read", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const way = await wayTo(hub);
    const origin = hubOrigin(way.address, way, { idleInMs: 100, requestTimeoutInMs: 2000 });
    closing.push(origin);
    const [listed] = await origin.list();
    const reading = origin.source(sliceOf(listed)).open()[Symbol.asyncIterator]();
    for (let chunks = 0; chunks < 2; chunks++) await reading.next();
    way.fallSilent();
    const rest = async () => {
      while (!(await reading.next()).done);
    };
    expect(await errorOf(rest())).toMatchObject({ kind: "remote" });
  });

  it("of a namespace where nothing listens", async () => {
    const hub = await hubOf();
    const origin = originOf(hub);
    await hub.close();
    const error = await errorOf(origin.list());
    expect(error).toMatchObject({ kind: "remote", details: { code: "ECONNREFUSED" } });
  });

  it("of a certificate that no one vouches for", async () => {
    const hub = await hubOf({ tls: await certificate() });
    const connection = hub.connectionString.replace(";UseDevelopmentEmulator=true", "");
    const env = { AZURE_EVENTHUB_CONNECTION_STRING: connection };
    const origin = hubOrigin(`eventhub://${hub.host}/${hub.name}`, { env }, { retryDelayInMs: 10 });
    expect(await errorOf(origin.list())).toMatchObject({
      kind: "remote",
      details: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    await origin.close();
  });

  it("of a credential that gives no token, in its own words and at once", async () => {
    const hub = await hubOf();
    const refusal = new ByomlError("auth", "no token", { hint: "Sign in." });
    let asked = 0;
    const getToken = async () => {
      asked++;
      throw refusal;
    };
    const origin = hubOrigin(`eventhub://${hub.host}/${hub.name}`, { env: {}, credential: () => ({ getToken }) });
    expect(await errorOf(origin.list())).toBe(refusal);
    expect(asked).toBe(1);
    await origin.close();
  });

  it("of no credential at all", async () => {
    const origin = hubOrigin("eventhub://contoso/logs", { env: {} });
    expect(await errorOf(origin.list())).toMatchObject({
      kind: "auth",
      message: expect.stringContaining("eventhub://contoso.servicebus.windows.net/logs"),
    });
  });

  it("of packages that are not installed, with the command that installs them", async () => {
    const missing = async () => {
      throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    };
    expect(await errorOf(optional(missing))).toMatchObject({
      kind: "usage",
      hint: "Install them beside byoml: npm install @azure/event-hubs@6.0.4 @azure/eventhubs-checkpointstore-blob@2.0.0",
    });
  });
});

describe("an abort", () => {
  const reason = new Error("enough");

  it("ends listing a peer that says nothing", async () => {
    const way = await wayTo(await hubOf(), { silent: true });
    const origin = hubOrigin(way.address, way);
    closing.push(origin);
    const stop = new AbortController();
    const listing = errorOf(origin.list({ signal: stop.signal }));
    await expect.poll(() => way.taken).toBe(1);
    stop.abort(reason);
    expect(await listing).toBe(reason);
  });

  it("ends waiting for events, and closes the link", async () => {
    const hub = await hubOf();
    for (const user of users(300)) hub.send(0, envelope(user));
    const origin = originOf(hub);
    const [listed] = await origin.list();
    hub.fault = { after: 100, what: "silence" };
    const stop = new AbortController();
    const reading = errorOf(textOf(origin, sliceOf(listed), stop.signal));
    await expect.poll(() => hub.seen.sent).toBe(100);
    stop.abort(reason);
    expect(await reading).toBe(reason);
    await expect.poll(() => hub.readers).toBe(0);
  });
});
