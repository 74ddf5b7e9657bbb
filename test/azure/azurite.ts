/*
 * Azurite, Microsoft's stand-in for Blob Storage, as a process of its own on loopback: scripts/suite.mjs says where it is.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

const account = "devstoreaccount1";
/** Of the account that every Azurite has, as its documentation prints it. */
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** How often the port is tried, 50 ms apart. */
const tries = 600;

/** Starts Azurite with an empty memory; close it. */
export async function startAzurite(): Promise<{ url: string; connectionString: string; close(): Promise<void> }> {
  const script = process.env["BYOML_AZURITE"];
  if (script === undefined) throw new Error("BYOML_AZURITE is not set: run npm run test:azure");
  const port = await freePort();
  const where = ["--blobHost", "127.0.0.1", "--blobPort", String(port)];
  const how = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"];
  const child = spawn(process.execPath, [script, ...how, ...where], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const url = `http://127.0.0.1:${port}/${account}`;
  try {
    await answering(child, url);
  } catch (error) {
    child.kill();
    throw new Error(`Azurite does not start: ${said.slice(-1000)}`, { cause: error });
  }
  return {
    url,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await setTimeout(50);
    }
  }
  throw new Error("it does not answer");
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
