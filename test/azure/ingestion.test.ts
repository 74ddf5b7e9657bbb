import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { folder, row, rowsUpTo } from "../delivery/rows.js";
import { startIngestion, testRule, testStream } from "./ingestion.js";

const path = `/dataCollectionRules/${testRule}/streams/${testStream}?api-version=2023-01-01`;
const headers = { authorization: "Bearer x.y.z", "content-type": "application/json", "content-encoding": "gzip" };

/** One request, made by hand; gives the status. */
async function post(
  at: { url: string; ca: string },
  content: unknown,
  changes: { path?: string; headers?: object; body?: Buffer } = {},
) {
  const body = changes.body ?? gzipSync(JSON.stringify(content));
  const sent = request(new URL(changes.path ?? path, at.url), {
    method: "POST",
    ca: at.ca,
    agent: false,
    headers: { ...headers, ...changes.headers },
  });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [import("node:http").IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode;
}

describe("the stand-in for the Logs Ingestion API", () => {
  it.each([
    [204, "what is right", rowsUpTo(2), {}],
    [204, "the client's spelling of the version", rowsUpTo(2), { path: path.replace("api-version", "api%2Dversion") }],
    [401, "no token", rowsUpTo(2), { headers: { authorization: "" } }],
    [400, "no version", rowsUpTo(2), { path: path.split("?")[0] }],
    [404, "another rule", rowsUpTo(2), { path: path.replace("dcr-0", "dcr-1") }],
    [404, "another stream", rowsUpTo(2), { path: path.replace("Custom-", "Custom-X") }],
    [415, "another type", rowsUpTo(2), { headers: { "content-type": "text/plain" } }],
    [400, "a body that is not packed", [], { headers: { "content-encoding": "identity" } }],
    [400, "a body that is packed twice", [], { body: gzipSync(gzipSync(JSON.stringify(rowsUpTo(2)))) }],
    [400, "a body that is no JSON", [], { body: gzipSync("[{") }],
    [400, "a body that is no array", row(0), {}],
    [400, "a record with a column more", [{ ...row(0), More: 1 }], {}],
    [400, "a record with a text for a number", [row(0, { Score: "7" as unknown as number })], {}],
    [413, "a body above 1 MiB", rowsUpTo(20).map((each) => ({ ...each, Reason: "x".repeat(60_000) })), {}],
  ])("says %i to %s", async (status, _, content, changes) => {
    const service = await startIngestion();
    onTestFinished(() => service.close());
    expect(await post(service, content, changes)).toBe(status);
    expect(service.stored).toEqual(status === 204 ? content : []);
    expect(service.requests).toMatchObject([{ status }]);
  });

  it("runs as a process of its own, and has each row in a file before it replies", async () => {
    const at = folder();
    const script = fileURLToPath(new URL("./ingestion-child.mjs", import.meta.url));
    const child: ChildProcess = spawn(process.execPath, [script, at, '["lose-reply"]'], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill());
    const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    const { url, ca, rows } = JSON.parse(line) as { url: string; ca: string; rows: string };
    expect([ca, rows]).toEqual([join(at, "ca.pem"), join(at, "rows.jsonl")]);
    const place = { url, ca: readFileSync(ca, "utf8") };
    await expect(post(place, [row(0)])).rejects.toThrow();
    expect(await post(place, [row(1)])).toBe(204);
    const stored = readFileSync(rows, "utf8").trimEnd().split("\n");
    expect(stored.map((each) => JSON.parse(each))).toEqual([row(0), row(1)]);
    child.stdin!.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
