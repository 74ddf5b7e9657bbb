import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { newestHour } from "../../src/azure/check-container.js";
import { freePort, startAzurite } from "./azurite.js";
import { certificate } from "./certificate.js";
import { byomlChild } from "./child.js";
import { startMetadata } from "./identity.js";
import { startProxy } from "./proxy.js";

const hourInMs = 3_600_000;
const workspace = (name: string) =>
  `WorkspaceResourceId=/subscriptions/1/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/${name}`;

/** The path of an export's blob that holds a moment. */
function pathOf(name: string, moment: number): string {
  const [, y, m, d, h] = /^(\d+)-(\d+)-(\d+)T(\d+)/.exec(new Date(moment).toISOString()) ?? [];
  return `${workspace(name)}/y=${y}/m=${m}/d=${d}/h=${h}/m=05/PT05M.json`;
}

async function fill(client: ContainerClient, names: readonly string[]): Promise<void> {
  await client.createIfNotExists();
  for (const name of names) {
    const blob = client.getAppendBlobClient(name);
    await blob.create();
    await blob.appendBlock("{}\n", 3);
  }
}

const namesIn = async (client: ContainerClient) => {
  const names: string[] = [];
  for await (const { name } of client.listBlobsFlat()) names.push(name);
  return names;
};

/** The doctor as a process, and its lines on Azure by name. */
async function doctor(argv: readonly string[], env: Record<string, string>, ca = "") {
  const { code, out } = await byomlChild(["doctor", "--json", ...argv], env, ca);
  const { checks } = JSON.parse(out) as { checks: { name: string; state: string; found: string; hint?: string }[] };
  return { code, line: (start: string) => checks.find(({ name }) => name.startsWith(start)) };
}

describe("doctor --azure with a key", () => {
  let azurite: Awaited<ReturnType<typeof startAzurite>>;
  let service: BlobServiceClient;
  const run = (...argv: string[]) =>
    doctor(["--auth", "connection-string", ...argv], { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString });

  beforeAll(async () => {
    azurite = await startAzurite();
    service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  });
  afterAll(() => azurite.close());

  it("lists, reads and finds the newest hour of an export", async () => {
    const now = Date.now();
    const container = service.getContainerClient("am-securityevent");
    await fill(container, [pathOf("a", now - 400 * 24 * hourInMs), pathOf("a", now - hourInMs), pathOf("b", now)]);
    const { code, line } = await run(`${azurite.url}/am-securityevent`);
    const hour = `${new Date(now).toISOString().slice(0, 13).replace("T", " ")}:00 UTC`;
    expect(code).toBe(0);
    expect(line("container")).toMatchObject({ state: "ok" });
    expect(line("blobs")).toMatchObject({ state: "ok", found: "may be read" });
    expect(line("export")).toMatchObject({
      state: "ok",
      found: `data export of the table securityevent, newest hour ${hour}`,
    });
    expect(line("clock")).toMatchObject({ state: "ok" });
  });

  it("takes notice of an export that has stopped", async () => {
    await fill(service.getContainerClient("am-old"), [pathOf("a", Date.UTC(2024, 11, 31, 23))]);
    const { code, line } = await run(`${azurite.url}/am-old`);
    expect(code).toBe(0);
    expect(line("export")).toMatchObject({
      state: "note",
      found: expect.stringContaining("newest hour 2024-12-31 23:00 UTC"),
      hint: expect.stringContaining("still enabled"),
    });
  });

  it("takes notice of a container without blobs, and of blobs that are no export", async () => {
    await fill(service.getContainerClient("am-empty"), []);
    await fill(service.getContainerClient("other"), ["2024/events.jsonl"]);
    const { code, line } = await run(`${azurite.url}/am-empty`, `${azurite.url}/other`);
    expect(code).toBe(0);
    expect(line("blobs in devstoreaccount1/am-empty")).toMatchObject({ state: "note", found: "none yet" });
    expect(line("export in devstoreaccount1/other")).toMatchObject({ state: "note" });
  });

  it("says of a container that is not there what to do", async () => {
    const { code, line } = await run(`${azurite.url}/am-nothing`);
    expect(code).toBe(2);
    expect(line("container")).toMatchObject({
      state: "failed",
      found: expect.stringContaining("(404, ContainerNotFound)"),
      hint: expect.stringContaining("am-<table>"),
    });
  });

  it("refuses a wrong key, as one who has no permission", async () => {
    const wrong = azurite.connectionString.replace(
      /AccountKey=[^;]+/,
      `AccountKey=${Buffer.alloc(64).toString("base64")}`,
    );
    const { code, line } = await doctor([`${azurite.url}/am-old`, "--auth", "connection-string"], {
      AZURE_STORAGE_CONNECTION_STRING: wrong,
    });
    expect(code).toBe(4);
    expect(line("container")).toMatchObject({ state: "failed", hint: expect.stringContaining("then the credential") });
  });

  it("tries the state store, and leaves nothing in it", async () => {
    const container = service.getContainerClient("byoml");
    await container.createIfNotExists();
    const { code, line } = await run("--state", `${azurite.url}/byoml/state`);
    expect(code).toBe(0);
    expect(line("state store")).toMatchObject({ state: "ok" });
    expect(await namesIn(container)).toEqual([]);
  });

  it.each([0, 1])("leaves nothing in a state store whose blobs cannot be leased (request %i)", async (refused) => {
    const container = service.getContainerClient(`byoml-${refused}`);
    await container.create();
    const proxy = await startProxy(azurite.url);
    try {
      let leases = 0;
      proxy.fault = (asked) => (asked.includes("comp=lease") && leases++ === refused ? { status: 403 } : undefined);
      const url = azurite.url.replace(/:\d+\//, `:${proxy.port}/`);
      const { code, line } = await run("--state", `${url}/${container.containerName}`);
      expect(code).toBe(4);
      expect(line("state store")).toMatchObject({ state: "failed", hint: expect.stringContaining("Contributor") });
      expect(await namesIn(container)).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  it("writes nothing with --dry-run", async () => {
    const { line } = await run("--dry-run", "--state", `${azurite.url}/not-there/state`);
    expect(line("state store")).toMatchObject({ state: "note" });
  });

  it("looks at the last folders of each workspace alone", async () => {
    const container = service.getContainerClient("am-many");
    const start = Date.UTC(2024, 0, 31, 20);
    const moments = Array.from({ length: 30 }, (_, i) => start + i * hourInMs);
    await fill(container, [...moments.map((moment) => pathOf("a", moment)), pathOf("b", start - 1e10)]);
    expect(await newestHour(container, "")).toBe(start + 29 * hourInMs);
    expect(await newestHour(container, `${workspace("b")}/`)).toBe(Math.floor((start - 1e10) / hourInMs) * hourInMs);
    expect(await newestHour(container, "nothing")).toBeNull();
  });
});

describe("doctor --azure with a token", () => {
  let stop: () => Promise<void>;
  let url = "";
  let ca = "";

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "byoml-azurite-"));
    const { key, cert } = await certificate();
    ca = cert;
    writeFileSync(join(folder, "key.pem"), key);
    writeFileSync(join(folder, "cert.pem"), cert);
    const port = await freePort();
    url = `https://127.0.0.1:${port}/devstoreaccount1`;
    const tls = ["--cert", join(folder, "cert.pem"), "--key", join(folder, "key.pem"), "--oauth", "basic"];
    const how = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"];
    const where = ["--blobHost", "127.0.0.1", "--blobPort", String(port)];
    const child = spawn(process.execPath, [process.env["BYOML_AZURITE"] ?? "", ...how, ...tls, ...where], {
      stdio: "ignore",
    });
    stop = async () => {
      child.kill();
      await once(child, "exit");
      rmSync(folder, { recursive: true });
    };
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const answers = () =>
      fetch(url).then(
        () => true,
        () => false,
      );
    while (!(await answers())) {
      if (child.exitCode !== null) throw new Error("Azurite does not start");
      await setTimeout(50);
    }
    const developer = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    const text = `DefaultEndpointsProtocol=https;AccountName=devstoreaccount1;AccountKey=${developer};BlobEndpoint=${url};`;
    const service = BlobServiceClient.fromConnectionString(text);
    await fill(service.getContainerClient("am-securityevent"), [pathOf("a", Date.now())]);
    await service.getContainerClient("byoml").createIfNotExists();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(() => stop());

  it("checks everything by the machine's identity over TLS", async () => {
    const metadata = await startMetadata();
    try {
      const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata.url };
      const flags = [`${url}/am-securityevent`, "--state", `${url}/byoml/state`, "--auth", "managed"];
      const { code, line } = await doctor(flags, env, ca);
      for (const name of ["token for storage", "container", "blobs", "export", "state store", "clock"])
        expect(line(name), name).toMatchObject({ state: "ok" });
      expect(code).toBe(0);
      expect(metadata.asked.map(({ form }) => form.get("resource"))).toEqual(["https://storage.azure.com"]);
    } finally {
      await metadata.close();
    }
  });

  it("says that a certificate is not trusted", async () => {
    const metadata = await startMetadata();
    try {
      const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata.url };
      const { code, line } = await doctor([`${url}/am-securityevent`, "--auth", "managed"], env);
      expect(code).toBe(5);
      expect(line("container")?.hint).toContain("NODE_EXTRA_CA_CERTS");
    } finally {
      await metadata.close();
    }
  });
});
