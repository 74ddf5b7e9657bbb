/*
 * The blobs of a container fetched by the plain client, their bytes thrown away: `download_blobs.mjs CONTAINER`, with
 * AZURE_STORAGE_CONNECTION_STRING. As many requests at a time, and as large ones, as byoml makes. Says how many bytes there were and how
 * long listing and fetching took.
 */
import { readFileSync } from "node:fs";
import { BlobServiceClient } from "@azure/storage-blob";

const REQUESTS = 16;
const WINDOW_BYTES = 32 * 2 ** 20;
const RANGE_BYTES = 4 * 2 ** 20;

const service = BlobServiceClient.fromConnectionString(process.env.AZURE_STORAGE_CONNECTION_STRING);
const container = service.getContainerClient(process.argv[2]);
const start = performance.now();
const ranges = [];
for await (const { name, properties } of container.listBlobsFlat())
  for (let from = 0; from < properties.contentLength; from += RANGE_BYTES)
    ranges.push({ name, from, count: Math.min(RANGE_BYTES, properties.contentLength - from) });
let bytes = 0;
async function fetchNext() {
  for (let range = ranges.shift(); range !== undefined; range = ranges.shift()) {
    const { readableStreamBody } = await container.getBlobClient(range.name).download(range.from, range.count);
    for await (const chunk of readableStreamBody) bytes += chunk.length;
  }
}
const largest = Math.max(...ranges.map(({ count }) => count));
await Promise.all(Array.from({ length: Math.min(REQUESTS, Math.floor(WINDOW_BYTES / largest)) }, fetchNext));
const seconds = (performance.now() - start) / 1000;
const manifest = new URL("../../node_modules/@azure/storage-blob/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
const peakInBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ version: `@azure/storage-blob ${version} download()`, bytes, seconds, peakInBytes }));
