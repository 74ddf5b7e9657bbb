import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { ContainerClient } from "@azure/storage-blob";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BlobOrigin } from "../../src/azure/blob-origin.js";

let server: Server;

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** A container whose listing is this XML, as the service would write it. */
async function containerOf(blobs: string): Promise<ContainerClient> {
  server = createServer((_, answer) => {
    answer.setHeader("content-type", "application/xml");
    answer.end(`<?xml version="1.0"?><EnumerationResults><Blobs>${blobs}</Blobs><NextMarker/></EnumerationResults>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return new ContainerClient(`http://127.0.0.1:${(server.address() as { port: number }).port}/account/c`);
}

const blob = (name: string, more = "", properties = "") =>
  `<Blob>${name}<Properties><Creation-Time>Sun, 22 Nov 2026 10:00:00 GMT</Creation-Time><Etag>0x8D</Etag>` +
  `<Content-Length>7</Content-Length><BlobType>AppendBlob</BlobType>${properties}</Properties>${more}</Blob>`;

describe("a listing of the service", () => {
  it("may have names that XML cannot hold, which it encodes", async () => {
    const container = await containerOf(
      blob('<Name Encoded="true">a%1B%5B31m%FFFE%00.json</Name>'.replace("%FFFE", "%EF%BF%BE")),
    );
    const [{ name }] = await new BlobOrigin(container).list();
    expect(name).toBe(`${container.url}/a%1B%5B31m%EF%BF%BE%00.json`);
  });

  it("has etags without quotes, and conditions need them", async () => {
    const container = await containerOf(blob("<Name>a.json</Name>"));
    expect(await new BlobOrigin(container).list()).toEqual([
      {
        ...{ name: `${container.url}/a.json`, etag: '"0x8D"', created: "2026-11-22T10:00:00.000Z AppendBlob" },
        ...{ length: 7, grows: true, format: "json", gzip: false },
      },
    ]);
  });

  it.each(["hdi_isfolder", "Hdi_isfolder"])(
    "has the folders of a hierarchical namespace as blobs, which are none: %s",
    async (mark) => {
      const folder = blob("<Name>x.json</Name>", `<Metadata><${mark}>true</${mark}></Metadata>`);
      const container = await containerOf(`${folder}${blob("<Name>x.json/a.json</Name>")}`);
      expect(await new BlobOrigin(container).find()).toMatchObject({
        blobs: [{ name: `${container.url}/x.json/a.json` }],
        ignored: 0,
      });
    },
  );

  it("may have names that lead elsewhere, which are not followed", async () => {
    const container = await containerOf(
      ["a/../../other/b.json", "./c.json", "d/..json"].map((name) => blob(`<Name>${name}</Name>`)).join(""),
    );
    expect(await new BlobOrigin(container).find()).toEqual({ blobs: [], ignored: 3 });
  });

  it.each(["_prod", ".prod"])(
    "may be of a resource group whose name starts as that of hidden folders: %s",
    async (group) => {
      const above = "WorkspaceResourceId=/subscriptions/s/resourcegroups/";
      const container = await containerOf(
        [`${group}/a.json`, `${group}/_tmp/b.json`, "../c.json"]
          .map((name) => blob(`<Name>${above}${name}</Name>`))
          .join(""),
      );
      for (const prefix of ["", above])
        expect(await new BlobOrigin(container, prefix).find()).toMatchObject({
          ...{ blobs: [{ name: expect.stringContaining(`/${group}/a.json`) }], ignored: 2 },
        });
    },
  );

  it("may have a hundred thousand blobs: none gets a client before it is read", async () => {
    const container = await containerOf(["a", "b", "c"].map((name) => blob(`<Name>${name}.json</Name>`)).join(""));
    const made = vi.spyOn(container, "getBlobClient");
    const origin = new BlobOrigin(container);
    for (const { length, ...listed } of await origin.list()) origin.source({ ...listed, from: 0, to: length });
    expect(made).not.toHaveBeenCalled();
  });
});
