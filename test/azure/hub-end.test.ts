import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { startHub } from "./hub.js";

const child = fileURLToPath(new URL("hub-child.mjs", import.meta.url));

let started: ChildProcess | undefined;
afterEach(() => {
  if (started?.exitCode === null) started.kill();
});

/** Runs the child to its own end. */
async function run(host: string, requestTimeoutInMs: number, more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, AZURE_EVENTHUB_CONNECTION_STRING: connectionString(host), ...more };
  const args = [child, `eventhub://${host}/am-securityevent`, String(requestTimeoutInMs)];
  started = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  started.stdout!.on("data", (data) => {
    text += data;
  });
  let log = "";
  started.stderr!.on("data", (data) => {
    log += data;
  });
  const [code, signal] = await once(started, "close");
  return { code, signal, log, ...JSON.parse(text) };
}

const connectionString = (host: string) =>
  `Endpoint=sb://${host};SharedAccessKeyName=reader;SharedAccessKey=cGxhbnRlZCBrZXk=;UseDevelopmentEmulator=true`;

describe("a process that read a hub ends by itself", () => {
  it.each(["drop", "detach"] as const)("after a %s", async (what) => {
    const hub = await startHub();
    for (let i = 0; i < 300; i++) hub.send(0, `{"records":[{"i":${i}}]}`);
    hub.fault = { after: 120, what, error: { condition: "amqp:link:detach-forced" } };
    try {
      expect(await run(hub.host, 5000)).toEqual({ code: 0, signal: null, log: "", lines: 300 });
    } finally {
      await hub.close();
    }
  });

  it("after a peer that takes the connection and says nothing", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { code, kind, message } = await run(host, 300);
      expect([code, kind]).toEqual([0, "remote"]);
      expect(message).toBe(
        `asking eventhub://${host}/am-securityevent for its properties failed (no answer in 0.3 seconds)`,
      );
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});

it("the packages' own log, at its most talkative, has no key, no token and nothing of an event", async () => {
  const hub = await startHub();
  hub.send(0, '{"records":[{"Account":"planted"}]}');
  try {
    const { lines, log } = await run(hub.host, 5000, { AZURE_LOG_LEVEL: "verbose" });
    expect(lines).toBe(1);
    expect(log.length).toBeGreaterThan(1000);
    expect(log).not.toMatch(/planted|cGxhbnRlZCBrZXk|sig=|SharedAccessSignature/i);
  } finally {
    await hub.close();
  }
});
