import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BlobServiceClient, newPipeline } from "@azure/storage-blob";
import { afterEach, describe, expect, it } from "vitest";
import { authOf, containerOf, ingestionAccess } from "../../src/azure/clients.js";
import { azureError } from "../../src/azure/errors.js";
import { patience, retryOptions } from "../../src/azure/patience.js";

const key = Buffer.alloc(64, 7).toString("base64");
const account = "devstoreaccount1";
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server on loopback in the place of an account's blobs. */
async function start(listener: RequestListener): Promise<{ service: string; connectionString: string }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${account}`;
  return { service, connectionString: connection(service) };
}

function connection(service: string): string {
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${service};`;
}

const place = (service: string) => ({ account, endpoint: service, container: "c" });

describe("containerOf", () => {
  it("signs with the connection string, and says who it is", async () => {
    const seen: (string | undefined)[] = [];
    const { service, connectionString } = await start(({ headers }, response) => {
      seen.push(headers.authorization, headers["user-agent"]);
      response.writeHead(200, { etag: '"1"', "last-modified": new Date().toUTCString() }).end();
    });
    const auth = authOf({ auth: "connection-string", env: { AZURE_STORAGE_CONNECTION_STRING: connectionString } });
    await (await containerOf(place(service), auth)).getProperties();
    expect(seen[0]).toMatch(/^SharedKey devstoreaccount1:/);
    expect(seen[1]).toMatch(/^byoml\/\d/);
  });

  it("puts a shared access signature behind every address", async () => {
    let url = "";
    const { service } = await start((request, response) => {
      url = request.url ?? "";
      response.writeHead(200).end();
    });
    const auth = authOf({ auth: "sas", env: { AZURE_STORAGE_SAS_TOKEN: "?sv=2024-01-01&sig=abc%2B" } });
    const blob = (await containerOf(place(service), auth)).getBlobClient("a b.json");
    await blob.getProperties();
    expect(url).toBe(`/${account}/c/a%20b.json?sv=2024-01-01&sig=abc%2B`);
  });

  it("takes the signature of a connection string, too", async () => {
    let url = "";
    const { service } = await start((request, response) => {
      url = request.url ?? "";
      response.writeHead(200).end();
    });
    const text = `BlobEndpoint=${service};SharedAccessSignature=sv=1&sig=xyz`;
    const auth = authOf({ auth: "connection-string", env: { AZURE_STORAGE_CONNECTION_STRING: text } });
    await (await containerOf(place(service), auth)).getProperties();
    expect(url).toContain("sig=xyz");
  });

  it.each([
    ["http://acme.blob.core.windows.net", "expected https"],
    ["https://acme.blob.core.windows.net.evil.example", "expected a storage account of Azure"],
    ["https://evil.example", "expected a storage account of Azure"],
    ["http://127.0.0.1:1/devstoreaccount1", "a token is not sent without TLS"],
  ])("sends no token to %s", async (service, why) => {
    const auth = authOf({ auth: "managed", env: {} });
    await expect(containerOf(place(service), auth)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining(why),
    });
  });

  it("refuses the key of another account, and names both", async () => {
    const env = {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=https;AccountName=other;AccountKey=${key};EndpointSuffix=core.windows.net`,
    };
    const auth = authOf({ auth: "connection-string", env });
    const acme = { account: "acme", endpoint: "https://acme.blob.core.windows.net", container: "c" };
    await expect(containerOf(acme, auth)).rejects.toThrow("is of the account other, not of acme");
  });

  it.each([
    ["connection-string", { AZURE_STORAGE_CONNECTION_STRING: "plantedSecret" }],
    ["sas", { AZURE_STORAGE_SAS_TOKEN: "plantedSecret" }],
  ])("says of a wrong %s what is expected, and repeats nothing of it", async (auth, env) => {
    const acme = { account: "acme", endpoint: "https://acme.blob.core.windows.net", container: "c" };
    const error = await containerOf(acme, authOf({ auth, env })).catch((caught) => caught);
    expect(error).toMatchObject({ kind: "auth", message: expect.stringContaining("expected a") });
    expect(String(error.stack)).not.toContain("planted");
  });

  it("says which variable is missing", async () => {
    const acme = { account: "acme", endpoint: "https://acme.blob.core.windows.net", container: "c" };
    await expect(containerOf(acme, authOf({ auth: "sas", env: {} }))).rejects.toThrow(
      "AZURE_STORAGE_SAS_TOKEN is not set",
    );
  });
});

describe("authOf", () => {
  it("makes one credential for all clients", async () => {
    const auth = authOf({ auth: "managed", env: {}, endpoints: ["https://r.ingest.monitor.azure.us"] });
    const { credential, audience } = await ingestionAccess(auth);
    expect(credential).toBe(await auth.credential());
    expect(audience).toBe("https://monitor.azure.us");
  });
});

describe("a request to Blob Storage", () => {
  /** A client whose requests may stay without an answer for so long. */
  function clientOf({ connectionString }: { connectionString: string }, withinInMs: number) {
    const { credential, url } = BlobServiceClient.fromConnectionString(connectionString);
    const pipeline = newPipeline(credential as Parameters<typeof newPipeline>[0], {
      retryOptions: { ...retryOptions, maxTries: 2, retryDelayInMs: 1 },
    });
    pipeline.factories.push(patience(withinInMs));
    return new BlobServiceClient(url, pipeline).getContainerClient("c");
  }

  it("is tried again when its answer does not come", async () => {
    let requests = 0;
    const server = await start((_, response) => {
      if (++requests > 1) response.writeHead(200).end();
    });
    await clientOf(server, 100).getProperties();
    expect(requests).toBe(2);
  });

  it("ends in bounded time as trouble that may pass when no answer comes at all", async () => {
    const server = await start(() => {});
    const error = await clientOf(server, 50)
      .getProperties()
      .catch((caught) => azureError(caught, "looking"));
    expect(error).toMatchObject({ kind: "remote", message: "looking failed (ETIMEDOUT)" });
  });

  it("ends as an abort when it is aborted while it waits", async () => {
    const controller = new AbortController();
    const server = await start(() => controller.abort());
    const aborted = clientOf(server, 60_000).getProperties({ abortSignal: controller.signal });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  });

  it("may take as long as it likes for a body that is read as it comes", async () => {
    const server = await start((_, response) => {
      response.writeHead(200, { "content-length": "2", etag: '"1"' }).write("a");
      setTimeout(() => response.end("b"), 300);
    });
    const { readableStreamBody } = await clientOf(server, 100).getBlobClient("x").download();
    let text = "";
    for await (const chunk of readableStreamBody ?? []) text += chunk;
    expect(text).toBe("ab");
  });

  it("can be aborted while its body is read", async () => {
    const controller = new AbortController();
    const server = await start((_, response) => {
      response.writeHead(200, { "content-length": "2", etag: '"1"' }).write("a");
    });
    const blob = clientOf(server, 60_000).getBlobClient("x");
    const { readableStreamBody } = await blob.download(0, undefined, { abortSignal: controller.signal });
    const reading = (async () => {
      for await (const _ of readableStreamBody ?? []) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});
