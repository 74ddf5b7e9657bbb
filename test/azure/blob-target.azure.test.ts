import { afterEach, describe, expect, it } from "vitest";
import { type BlobTargetOptions, blobTarget } from "../../src/azure/blob-target.js";
import { ByomlError } from "../../src/base/errors.js";
import { resultBatches } from "../../src/sinks/results.js";
import { writeResults } from "../../src/sinks/write.js";
import { pairsOf, tableOf } from "../cli/miniature.js";
import { errorOf } from "../ingest/helpers.js";
import { append, azurite, bytesOf, originOf, upload, wholeOf } from "./blobs.js";
import { type FaultyProxy, startProxy } from "./proxy.js";

const service = azurite();
let proxy: FaultyProxy | undefined;

afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
});

const targetOf = async (options: BlobTargetOptions = {}, name = "out/scores.csv") => {
  const container = await service.container();
  proxy = await startProxy(service.url);
  const client = service.clientOf(container.containerName, proxy.port);
  const read = async (): Promise<string> => String(await container.getBlobClient(name).downloadToBuffer());
  return { container, read, target: await blobTarget(client, name, options) };
};

/** Twenty chunks of six bytes, and what happens before some of them. */
async function* chunks(before: (n: number) => void = () => {}) {
  for (let n = 0; n < 20; n++) {
    before(n);
    await new Promise(setImmediate);
    yield n % 2 === 0 ? `${100_000 + n}` : Buffer.from(`${100_000 + n}`);
  }
}
const text = Array.from({ length: 20 }, (_, n) => `${100_000 + n}`).join("");

describe("a blob as a target", () => {
  it.each([1, 7, 120, 1000])("has all bytes in order, in blocks of %i", async (blockInBytes) => {
    const { target, read, container } = await targetOf({ blockInBytes, uploads: 3 });
    expect(await target.write(chunks())).toBe(120);
    expect(await read()).toBe(text);
    const { contentType } = await container.getBlobClient("out/scores.csv").getProperties();
    expect(contentType).toBe("text/csv; charset=utf-8");
  });

  it("may be empty, and replaces what was there", async () => {
    const { target, read } = await targetOf();
    await target.write(["old"]);
    await target.write([]);
    expect(await read()).toBe("");
  });

  it.each(["csv", "jsonl", "parquet"] as const)("takes results as %s, and they are read again", async (format) => {
    const container = await service.container();
    const target = await blobTarget(container, `scores.${format}`);
    const table = tableOf([
      { user: "u1", res: "r1" },
      { user: "u2", res: "r2" },
    ]);
    const bytes = await writeResults(target, format, resultBatches(table, pairsOf(table, [1, 2])));
    const origin = originOf(container);
    const [listed] = await origin.list();
    expect(listed).toMatchObject({ length: bytes, grows: false });
    const written = await bytesOf(wholeOf(origin, listed));
    for (const name of ["u1", "r2"]) expect(written.includes(name)).toBe(true);
  });

  it.each([
    [
      "when the content fails",
      () => {
        throw new Error("no more");
      },
      "no more",
    ],
    ["at an abort", (stop: AbortController) => stop.abort(new Error("enough")), "enough"],
  ])("stays as it was %s", async (_, act, message) => {
    const { target, read } = await targetOf({ blockInBytes: 6 });
    await target.write(["old"]);
    const controller = new AbortController();
    const content = chunks((n) => {
      if (n === 10) act(controller);
    });
    await expect(target.write(content, { signal: controller.signal })).rejects.toThrow(message);
    expect(await read()).toBe("old");
    expect(proxy!.seen.filter((asked) => asked.includes("comp=blocklist"))).toHaveLength(1);
  });

  it("is not there when the first writing failed", async () => {
    const { target, container } = await targetOf({ blockInBytes: 6 });
    proxy!.fault = (asked) => (asked.includes("comp=blocklist") ? { status: 403 } : undefined);
    const error = await errorOf(target.write(chunks()));
    expect(error).toMatchObject({ kind: "auth", message: expect.stringMatching(/^writing http.*scores\.csv failed/) });
    expect(error.hint).toContain("Storage Blob Data Contributor");
    expect(await originOf(container).list()).toEqual([]);
  });

  it("gets every block in spite of passing trouble", async () => {
    const { target, read } = await targetOf({ blockInBytes: 6 });
    const refused = new Set<string>();
    proxy!.fault = (asked) => {
      if (refused.has(asked)) return undefined;
      refused.add(asked);
      return { status: 503 };
    };
    await target.write(chunks());
    expect(await read()).toBe(text);
  });

  it("is an error where a block cannot be sent, and the others are given up", async () => {
    const { target } = await targetOf({ blockInBytes: 6, uploads: 2, silenceInMs: 200 });
    let blocks = 0;
    proxy!.fault = (asked) => (asked.includes("comp=block&") && blocks++ === 3 ? { hangAfter: -1 } : undefined);
    expect(await errorOf(target.write(chunks()))).toMatchObject({ kind: "remote" });
    while (proxy!.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(proxy!.seen.some((asked) => asked.includes("comp=blocklist"))).toBe(false);
  });

  it("rejects soon when an abort comes while a block is sent", async () => {
    const { target } = await targetOf({ blockInBytes: 6 });
    const controller = new AbortController();
    const reason = new Error("enough");
    proxy!.fault = () => ({ hangAfter: -1 });
    const writing = errorOf(target.write(chunks(), { signal: controller.signal }));
    while (proxy!.open === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(reason);
    expect(await writing).toBe(reason);
  });

  it.each([
    ["", "expected a blob, got a folder"],
    ["out/", "expected a blob, got a folder"],
    ["exports.json", "got another kind (AppendBlob)"],
    ["in.csv", "it is an input"],
  ])("is refused before any work where it is %j", async (name, message) => {
    const container = await service.container();
    await append(container, "exports.json", "x");
    await upload(container, "in.csv", "x");
    const inputs = [container.getBlobClient("in.csv").url];
    const error = await errorOf(blobTarget(container, name, { inputs }));
    expect(error).toBeInstanceOf(ByomlError);
    expect(error).toMatchObject({ kind: "usage", message: expect.stringContaining(message) });
  });

  it("is refused where the container is missing", async () => {
    const error = await errorOf(blobTarget(service.clientOf("none"), "a.csv"));
    expect(error).toMatchObject({ kind: "usage", hint: "Create the container first." });
  });
});
