/*
 * Share accesses of an export in Blob Storage, counted per (tenant, account, share, day): `count-blobs.mjs CONTAINER`, with
 * AZURE_STORAGE_CONNECTION_STRING. Says how many bytes there were, how long listing and reading took, how many rows there are and their sum.
 */
import { BlobServiceClient } from "@azure/storage-blob";
import { BlobOrigin } from "../../dist/azure/blob-origin.js";
import { version } from "../../dist/base/version.js";
import { readAccesses } from "../../dist/ingest/read.js";
import { resolveSelection } from "../../dist/ingest/selection.js";

const service = BlobServiceClient.fromConnectionString(process.env.AZURE_STORAGE_CONNECTION_STRING);
const fields = { tenant: "TenantId", user: "Account", resource: "ShareName", time: "TimeGenerated" };
const selection = resolveSelection({ ...fields, where: ["EventID=5140"] });
const start = performance.now();
const origin = new BlobOrigin(service.getContainerClient(process.argv[2]));
const sources = (await origin.list()).map(({ length, ...blob }) => origin.source({ ...blob, from: 0, to: length }));
const plan = { sources, files: sources.length, bytes: 0, ignored: 0 };
const { table, report } = await readAccesses(plan, selection, { threads: 2 });
const seconds = (performance.now() - start) / 1000;
const accesses = table.weight.reduce((sum, count) => sum + count, 0);
const peakInBytes = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({
    version: `byoml ${version}`,
    bytes: report.bytes,
    seconds,
    rows: table.length,
    accesses,
    peakInBytes,
  }),
);
