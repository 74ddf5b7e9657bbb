import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { parseBlobAddress } from "../../src/azure/blob-address.js";
import { Clocks } from "../../src/azure/check.js";
import { checkSource, checkState } from "../../src/azure/check-container.js";
import { authOf } from "../../src/azure/clients.js";
import { byoml, folder } from "../cli/terminal.js";
import { byomlChild } from "./child.js";
import { startHub } from "./hub.js";
import { startAuthority, startMetadata, testClient, testTenant } from "./identity.js";
import { type Step, startIngestion, testRule, testStream } from "./ingestion.js";

interface Line {
  name: string;
  state: string;
  found: string;
  hint?: string;
  kind?: string;
}

const open: { close(): Promise<void> }[] = [];
const opened = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting;
  open.push(started);
  return started;
};

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** The doctor as a process, with a managed identity, and its lines on Azure. */
async function doctor(argv: readonly string[], env: Record<string, string>, ca: string) {
  const { code, out, err } = await byomlChild(["doctor", "--json", ...argv], env, ca);
  expect(err).toBe("");
  const { checks, usable } = JSON.parse(out) as { checks: Line[]; usable: boolean };
  return { code, usable, line: (start: string) => checks.find(({ name }) => name.startsWith(start)) };
}

/** The doctor of a data collection rule that does this with each request. */
async function rule(step: Step) {
  const { url: metadata } = await opened(startMetadata());
  const service = await opened(startIngestion({ script: () => step }));
  const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata };
  const flags = ["--auth", "managed", "--endpoint", service.url, "--rule-id", testRule];
  const ran = await doctor(flags, env, service.ca);
  return { ...ran, requests: service.requests, check: ran.line(`data collection rule ${testRule}`) };
}

describe("doctor --azure on credentials", () => {
  it("gets a token by workload identity from the authority, and says its tenant and time", async () => {
    const authority = await opened(startAuthority());
    const file = join(folder(), "token");
    writeFileSync(file, "assertion-of-the-cluster");
    const env = {
      AZURE_AUTHORITY_HOST: authority.url,
      AZURE_TENANT_ID: testTenant,
      AZURE_CLIENT_ID: testClient,
      AZURE_FEDERATED_TOKEN_FILE: file,
    };
    const { code, usable, line } = await doctor(["--azure", "--auth", "workload"], env, authority.ca);
    expect(line("token for monitor.azure.com")).toMatchObject({
      state: "ok",
      found: expect.stringMatching(`^workload identity, tenant ${testTenant}, good for (59|60) min$`),
    });
    expect([code, usable]).toEqual([0, true]);
    const [{ url, form }] = authority.asked;
    expect(url).toMatch(`/${testTenant}/oauth2/v2.0/token`);
    expect(form.get("client_assertion")).toBe("assertion-of-the-cluster");
    expect(form.get("client_id")).toBe(testClient);
  });

  it("gets a token by a secret of the environment, in the cloud that is asked for", async () => {
    const authority = await opened(startAuthority());
    const ids = { AZURE_TENANT_ID: testTenant, AZURE_CLIENT_ID: testClient, AZURE_CLIENT_SECRET: "s" };
    const env = { AZURE_AUTHORITY_HOST: authority.url, ...ids };
    const flags = ["--azure", "--auth", "environment", "--cloud", "usgovernment"];
    const { code, line } = await doctor(flags, env, authority.ca);
    expect(code).toBe(0);
    expect(line("token for monitor.azure.us")).toMatchObject({ state: "ok" });
    expect(authority.asked[0]?.form.get("scope")).toContain("https://monitor.azure.us/.default");
  });

  it("gets a token from the metadata address, for the user-assigned identity that is named", async () => {
    const metadata = await opened(startMetadata());
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata.url, AZURE_CLIENT_ID: testClient };
    const { code, line } = await doctor(["--azure", "--auth", "managed"], env, "");
    expect(code).toBe(0);
    expect(line("token for monitor.azure.com")?.found).toMatch(/^managed identity, tenant/);
    expect(metadata.asked[0]?.form.get("client_id")).toBe(testClient);
  });

  it("says the remedy of the authority's code, and ends with 4", async () => {
    const description = "AADSTS7000222: The provided client secret keys for app are expired.";
    const authority = await opened(startAuthority({ status: 401, error: "invalid_client", description }));
    const ids = { AZURE_TENANT_ID: testTenant, AZURE_CLIENT_ID: testClient, AZURE_CLIENT_SECRET: "s" };
    const env = { AZURE_AUTHORITY_HOST: authority.url, ...ids };
    const { code, usable, line } = await doctor(["--azure", "--auth", "environment"], env, authority.ca);
    expect([code, usable]).toEqual([4, false]);
    expect(line("token for monitor.azure.com")).toMatchObject({
      state: "failed",
      kind: "auth",
      found: expect.stringContaining("AADSTS7000222"),
      hint: expect.stringContaining("The secret has expired"),
    });
  });

  it("does not wait longer for what depends on a token that there is not", async () => {
    const { code, out } = await byomlChild(
      ["doctor", "az://acme/SecurityEvent", "--state", "az://acme/byoml", "--auth", "workload"],
      {},
    );
    expect(code).toBe(4);
    expect(out).toContain("AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE are not set");
    expect(out).toContain("container acme/am-securityevent: not checked");
    expect(out).toContain("state store acme/byoml: not checked");
  });

  it("ends with 5 when the host cannot be reached", async () => {
    const env = {
      AZURE_AUTHORITY_HOST: "https://127.0.0.1:9",
      AZURE_TENANT_ID: testTenant,
      AZURE_CLIENT_ID: testClient,
    };
    const more = { ...env, AZURE_CLIENT_SECRET: "s" };
    const { code, line } = await doctor(["--azure", "--auth", "environment"], more, "");
    expect([code, line("token for monitor.azure.com")?.kind]).toEqual([5, "remote"]);
  });
});

describe("doctor --azure on a data collection rule", () => {
  it("proves it by a request without rows", async () => {
    const { code, check, requests, line } = await rule("take");
    expect([code, check?.state]).toEqual([0, "ok"]);
    expect(check?.found).toContain("no row was sent");
    const url = expect.stringContaining(`/dataCollectionRules/${testRule}/streams/${testStream}?`);
    expect(requests).toMatchObject([{ url, token: expect.stringMatching(/^ey/), bytes: "[]".length, status: 204 }]);
    expect(line("clock")).toMatchObject({ state: "ok" });
  });

  it("says how far it came where the service refuses the request for being empty", async () => {
    const { code, check } = await rule({ status: 400, code: "InvalidPayload" });
    expect([code, check?.state]).toEqual([0, "note"]);
    expect(check?.found).toContain("so the stream Custom-AnomalousResourceAccessResult is not proven");
  });

  it.each<[Step, number, RegExp]>([
    [{ status: 403, code: "OperationFailed" }, 4, /Monitoring Metrics Publisher on the data collection rule/],
    [{ status: 401 }, 4, /tenant/],
    [{ status: 404, code: "NotFound" }, 2, /endpoint.*immutable id.*stream/],
    [{ status: 400, code: "InvalidStream" }, 2, /streamDeclarations/],
    [{ status: 400, code: "InvalidDcrImmutableId" }, 2, /endpoint.*immutable id.*stream/],
    [{ status: 307, headers: { location: "https://127.0.0.1:9/" } }, 2, /endpoint/],
    [{ status: 503 }, 5, /run again/],
  ])("names the remedy for %j", async (step, exit, hint) => {
    const { code, check, requests } = await rule(step);
    expect([code, check?.state, check?.hint]).toEqual([exit, "failed", expect.stringMatching(hint)]);
    expect(requests.every(({ bytes }) => bytes === "[]".length)).toBe(true);
  });

  it("finds a clock that is wrong", async () => {
    const { code, line } = await rule({
      status: 204,
      headers: { date: new Date(Date.now() + 3_600_000).toUTCString() },
    });
    expect(code).toBe(4);
    expect(line("clock")).toMatchObject({ state: "failed", found: expect.stringContaining("behind 127.0.0.1") });
  });
});

describe("doctor --azure on an event hub", () => {
  const check = async (change: (hub: Awaited<ReturnType<typeof startHub>>) => void, group = "$Default") => {
    const hub = await opened(startHub({ partitions: 2 }));
    change(hub);
    const env = { AZURE_EVENTHUB_CONNECTION_STRING: hub.connectionString };
    const address = `eventhub://${hub.host}/${hub.name}?consumerGroup=${group}`;
    const { code, line } = await doctor([address], env, "");
    return { code, check: line("event hub eventhub://"), line };
  };

  it("lists its partitions and reads an event", async () => {
    const ran = await check((hub) => hub.send(1, '{"records":[]}'));
    expect(ran.check).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^2 partitions, may be read as \$Default$/),
    });
    expect([ran.code, ran.line("Event Hubs package")?.state]).toEqual([0, "ok"]);
  });

  it("is content with one that has no events yet", async () => {
    const ran = await check(() => {});
    expect(ran.check).toMatchObject({ state: "ok", found: expect.stringContaining("no event to read yet") });
  });

  it("names the role where it is refused, and what to check where the consumer group is none", async () => {
    const refused = await check((hub) => {
      hub.tokenStatus = 401;
    });
    expect([refused.code, refused.check?.state, refused.check?.hint]).toEqual([
      4,
      "failed",
      expect.stringContaining("Azure Event Hubs Data Receiver"),
    ]);
    const group = await check((hub) => hub.send(0, "{}"), "other");
    expect([group.code, group.check?.hint]).toEqual([2, expect.stringContaining("consumer group")]);
  });

  it("is not tried without a token, and fails with it", async () => {
    const { code, line } = await doctor(["eventhub://ns/SecurityEvent", "--auth", "workload"], {}, "");
    expect([code, line("token for eventhubs.azure.net")?.state]).toEqual([4, "failed"]);
    expect(line("event hub eventhub://")).toMatchObject({ state: "note" });
  });
});

describe("doctor --azure on blobs", () => {
  it.each([
    ["a source", checkSource],
    ["a state", checkState],
  ])("does not wait long for an account that never answers, as %s", async (_, check) => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/devstoreaccount1`;
    const key = Buffer.alloc(64).toString("base64");
    const text = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=${url};`;
    const auth = authOf({ auth: "connection-string", env: { AZURE_STORAGE_CONNECTION_STRING: text } });
    const address = parseBlobAddress(`${url}/exports`, { option: "address", suffix: auth.cloud.storageSuffix });
    const [line] = [await check(address, { auth, clocks: new Clocks(), answerInMs: 20 })].flat();
    expect(line).toMatchObject({
      state: "failed",
      kind: "remote",
      found: expect.stringContaining("no answer for 0.02 s"),
      hint: expect.stringContaining("firewall"),
    });
    silent.closeAllConnections();
  });
});

describe("doctor --azure on flags", () => {
  const given = ["--endpoint", "https://r.ingest.monitor.azure.com", "--rule-id", testRule, "--stream", testStream];

  it.each([
    [["exports/"], "address"],
    [["http://acme.blob.core.windows.net/c"], "--address"],
    [["https://acme.blob.core.windows.net/c?sv=1&sig=planted"], "--address"],
    [["--endpoint", "https://r.ingest.monitor.azure.com"], "--rule-id: expected a value"],
    [["--rule-id", testRule], "--endpoint: expected a value"],
    [[...given, "--endpoint", "http://r.ingest.monitor.azure.com"], "--endpoint: expected https"],
    [[...given, "--endpoint", "https://evil.example"], "--endpoint: expected https"],
    [[...given, "--rule-id", "my-rule"], "immutable id"],
    [[...given, "--stream", "Microsoft-Event"], "--stream: expected Custom-"],
    [[...given, "--cloud", "china"], "--cloud: expected one cloud"],
    [["--azure", "--auth", "eyJhbGciOi.secret.planted"], "--auth: expected one of"],
  ])("refuses %j", async (argv, what) => {
    const { code, err, out } = await byoml(["doctor", ...argv]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(what);
    expect(err).not.toContain("planted");
  });

  it("checks the credential where --auth or --cloud alone is given", async () => {
    const { code, out } = await byomlChild(["doctor", "--auth", "workload"]);
    expect(code).toBe(4);
    expect(out).toContain("AZURE_FEDERATED_TOKEN_FILE");
    expect((await byomlChild(["doctor", "--cloud", "china", "--auth", "workload"])).out).toContain("china");
  });

  it("asks nothing of Azure without them", async () => {
    const { code, out } = await byoml(["doctor"]);
    expect(code).toBe(0);
    expect(out).not.toContain("token");
  });
});

describe("clocks", () => {
  const start = Date.UTC(2026, 0, 1);
  /** What is said of an answer that is dated so much later than it was asked for, and came at once. */
  const off = (ms: number) => {
    const clocks = new Clocks(() => start);
    clocks.saw("host", new Date(start + ms), start);
    return clocks.check();
  };

  it("agree within what a header's whole seconds leave open", () => {
    expect(off(0).state).toBe("ok");
    expect(off(-1000).state).toBe("ok");
    expect(off(61_000).state).toBe("ok");
  });

  it("differ notably above a minute, wrongly above five, either way", () => {
    expect(off(62_000)).toMatchObject({ state: "note", found: "61 s behind host" });
    expect(off(-301_000)).toMatchObject({ state: "note", found: "300 s ahead of host" });
    expect(off(302_000)).toMatchObject({ state: "failed", kind: "auth" });
    expect(off(-302_000)).toMatchObject({ state: "failed", kind: "auth" });
  });

  it("bear an answer that took long", () => {
    let now = start;
    const clocks = new Clocks(() => now);
    now = start + 600_000;
    clocks.saw("host", new Date(start + 300_000), start);
    expect(clocks.check().state).toBe("ok");
  });

  it("are not compared where nothing answered", () => {
    const clocks = new Clocks(() => start);
    clocks.saw("host", "no date", start);
    expect(clocks.check().state).toBe("note");
  });
});
