/* Azurite on loopback with exports in it: many append blobs of five minutes, and one large one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative, sep } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BlobServiceClient } from "@azure/storage-blob";
import { setUpAzurite } from "../setup/azurite.mjs";

const account = "devstoreaccount1";
/** Of the account that every Azurite has, as its documentation prints it. */
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const appendBytes = 4 * 2 ** 20;
const tries = 600;

/** Starts Azurite with an empty memory. */
export async function startService() {
  const script = setUpAzurite();
  const port = await freePort();
  const how = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"];
  const child = spawn(process.execPath, [script, ...how, "--blobHost", "127.0.0.1", "--blobPort", String(port)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}/${account}`;
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt === tries) throw new Error("Azurite does not start");
    try {
      await (await fetch(url)).arrayBuffer();
      break;
    } catch {
      await setTimeout(50);
    }
  }
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`,
    async close() {
      child.kill();
      await once(child, "exit");
    },
  };
}

/** Writes the files of a folder as append blobs: each as one of its path, or all as one. */
export async function uploadExports(connectionString, folder, container, { asOne = false } = {}) {
  const client = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container);
  await client.create();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const blob = client.getAppendBlobClient(asOne ? "all.json" : relative(folder, path).split(sep).join("/"));
    await blob.createIfNotExists();
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += appendBytes) {
      const part = bytes.subarray(at, at + appendBytes);
      await blob.appendBlock(part, part.length);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
