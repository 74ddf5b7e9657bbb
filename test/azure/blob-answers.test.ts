import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { ContainerClient } from "@azure/storage-blob";
import { afterEach, expect, it } from "vitest";
import { BlobOrigin } from "../../src/azure/blob-origin.js";
import type { Slice } from "../../src/ingest/origin.js";
import { errorOf } from "../ingest/helpers.js";
import { bytesOf } from "./blobs.js";

let server: Server;

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** What reading a blob of a container ends with that answers so to everything. */
async function readingFrom(status: number, code: string) {
  server = createServer((_, answer) => {
    answer.writeHead(status, { "x-ms-error-code": code, "content-type": "application/xml" });
    answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>secret</Message></Error>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/account/c`;
  const slice: Slice = {
    ...{ name: `${url}/a.json`, etag: '"1"', created: "c", from: 0, to: 7 },
    ...{ grows: false, format: "json", gzip: false },
  };
  const origin = new BlobOrigin(new ContainerClient(url), "", { delayInMs: 1 });
  return errorOf(bytesOf(origin.source(slice)));
}

it("a blob in the archive tier is an error of the data, with what to do", async () => {
  const error = await readingFrom(409, "BlobArchived");
  expect(error).toMatchObject({ kind: "data", message: expect.stringContaining("a.json failed (409, BlobArchived)") });
  expect(error.hint).toMatch(/archive tier: rehydrate it.*--since/);
});

it("a blob that is being rehydrated may be there later", async () => {
  expect(await readingFrom(409, "BlobBeingRehydrated")).toMatchObject({
    kind: "remote",
    hint: expect.stringContaining("hours"),
  });
});
