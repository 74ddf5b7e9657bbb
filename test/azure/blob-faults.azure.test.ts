import { parquetWriteBuffer } from "hyparquet-writer";
import { afterEach, describe, expect, it } from "vitest";
import { ReplacedError } from "../../src/base/replaced.js";
import { errorOf, line } from "../ingest/helpers.js";
import { append, azurite, bytesOf, nextSecond, originOf, readSources, upload, wholeOf } from "./blobs.js";
import { type Fault, type FaultyProxy, startProxy } from "./proxy.js";

const service = azurite();
const text = Array.from({ length: 400 }, (_, n) => line({ Account: `user${n}` })).join("");
let proxy: FaultyProxy;

afterEach(() => proxy.close());

/** A blob behind a proxy; listed before anything misbehaves. */
async function behindProxy(options = {}, kind: typeof append | typeof upload = append) {
  const container = await service.container();
  await kind(container, "a.json", text);
  proxy = await startProxy(service.url);
  const limits = { silenceInMs: 2000, rangeInBytes: 20_000, requests: 3, ...options };
  const origin = originOf(service.clientOf(container.containerName, proxy.port), "", limits);
  const [listed] = await origin.list();
  proxy.seen.length = 0;
  return { container, origin, listed, source: () => wholeOf(origin, listed) };
}

/** The fault happens to so many of the requests for a range that starts at `from`. */
const atRange = (from: number, fault: Fault, times = 1) => {
  let left = times;
  return (asked: string) => (asked.includes(`bytes=${from}-`) && left-- > 0 ? fault : undefined);
};

describe("a body that breaks off", () => {
  it.each<[string, Fault]>([
    ["by a reset at once", { cutAfter: 0 }],
    ["by a reset in the middle", { cutAfter: 7777 }],
    ["by an end that is too early", { endAfter: 100 }],
    ["by an end before the first byte", { endAfter: 0 }],
    ["by silence in the middle", { hangAfter: 5000 }],
    ["by silence from the start", { hangAfter: -1 }],
  ])("%s is gone on with behind its last byte", async (_, fault) => {
    const { source } = await behindProxy({ silenceInMs: 300 });
    proxy.fault = atRange(20_000, fault);
    expect(String(await bytesOf(source()))).toBe(text);
    const got = Math.max(0, fault.cutAfter ?? fault.hangAfter ?? fault.endAfter ?? 0);
    const again = proxy.seen.filter((asked) => asked.includes(`bytes=${20_000 + got}-39999`));
    expect(again).toHaveLength(got === 0 ? 2 : 1);
  });

  it.each<[string, Fault]>([
    ["reset", { cutAfter: 0 }],
    ["cut", { endAfter: 0 }],
    ["silent", { hangAfter: 0 }],
    ["not answered", { hangAfter: -1 }],
  ])("each time is a remote error after some tries: %s", async (_, fault) => {
    const { source } = await behindProxy({ silenceInMs: 150, tries: 3 });
    proxy.fault = atRange(20_000, fault, Number.POSITIVE_INFINITY);
    const error = await errorOf(bytesOf(source()));
    expect(error).toMatchObject({ name: "ByomlError", kind: "remote" });
    expect(error.message).toContain("a.json");
    expect(error.hint).toBeDefined();
    expect(proxy.seen.filter((asked) => asked.includes("bytes=20000-"))).toHaveLength(3);
  });

  it("is gone on with where the blob has grown meanwhile", async () => {
    const { container, source } = await behindProxy({ rangeInBytes: 1e6 });
    proxy.fault = async (asked) => {
      if (!asked.includes("bytes=0-")) return undefined;
      await append(container, "a.json", line());
      return { cutAfter: 30_000 };
    };
    expect(String(await bytesOf(source()))).toBe(text);
  });

  it("is not gone on with where the blob was overwritten meanwhile", async () => {
    const { container, source } = await behindProxy({ rangeInBytes: 1e6 }, upload);
    proxy.fault = async (asked) => {
      if (!asked.includes("bytes=0-")) return undefined;
      await upload(container, "a.json", text.toUpperCase());
      return { cutAfter: 30_000 };
    };
    const error = await errorOf(bytesOf(source()));
    expect(error).toBeInstanceOf(ReplacedError);
  });

  it("is not gone on with where a longer append blob took its place", async () => {
    const { container, source } = await behindProxy();
    let replaced = false;
    proxy.fault = async (asked) => {
      if (replaced || !asked.includes("bytes=40000-")) return undefined;
      replaced = true;
      await nextSecond();
      await container.deleteBlob("a.json");
      await append(container, "a.json", text.toUpperCase(), text);
      return undefined;
    };
    expect((await errorOf(bytesOf(source()))).message).toContain("was replaced");
  });
});

describe("an answer", () => {
  it.each([500, 503])("of %i once is asked for again", async (status) => {
    const { source } = await behindProxy();
    proxy.fault = atRange(40_000, { status });
    expect(String(await bytesOf(source()))).toBe(text);
  });

  it.each([429, 502, 503])("of %i more often than the client itself tries is asked for again", async (status) => {
    const { source } = await behindProxy();
    proxy.fault = atRange(40_000, { status }, 4);
    expect(String(await bytesOf(source()))).toBe(text);
  });

  it.each([
    [429, "remote"],
    [500, "remote"],
    [503, "remote"],
    [403, "auth"],
  ])("of %i each time is an error of kind %s", async (status, kind) => {
    const { source } = await behindProxy();
    proxy.fault = atRange(40_000, { status }, Number.POSITIVE_INFINITY);
    const error = await errorOf(bytesOf(source()));
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(/reading http:.*a\.json failed/);
  });

  it("with more bytes than asked for is an error", async () => {
    const { source } = await behindProxy();
    proxy.fault = atRange(20_000, { more: 3 });
    expect(await errorOf(bytesOf(source()))).toMatchObject({
      kind: "remote",
      message: expect.stringContaining("got more"),
    });
  });

  it("that comes byte by byte is read", async () => {
    const { source } = await behindProxy();
    proxy.fault = atRange(0, { slow: true });
    expect(String(await bytesOf(source()))).toBe(text);
  });

  it("that a range is past the end is an error, not silence", async () => {
    const { origin, listed } = await behindProxy();
    const { length, ...slice } = listed;
    expect(await errorOf(bytesOf(origin.source({ ...slice, from: length + 10, to: length + 20 })))).toMatchObject({
      kind: "remote",
    });
  });

  it.each([
    ["within a blob", { hangAfter: 100 }],
    ["before a blob", { hangAfter: -1 }],
  ])("that does not come ends with an abort %s, with its reason and no connection left", async (_, fault) => {
    const { source } = await behindProxy({ silenceInMs: 60_000 });
    proxy.fault = atRange(20_000, fault);
    const controller = new AbortController();
    const reason = new Error("enough");
    const reading = errorOf(readSources([source(), source()], { signal: controller.signal }));
    // All that was read ahead is here, but for the range that does not come.
    while (proxy.seen.length < 6 || proxy.open > 1) await new Promise((r) => setTimeout(r, 5));
    controller.abort(reason);
    expect(await reading).toBe(reason);
    while (proxy.open > 0) await new Promise((r) => setTimeout(r, 5));
    expect(proxy.seen).toHaveLength(6);
  });

  it("that does not come for a part of a Parquet file ends with an abort, with its reason", async () => {
    const container = await service.container();
    const data = Array.from({ length: 100 }, (_, n) => `${n}`);
    const columns = ["user", "res"].map((name) => ({ name, data, type: "STRING" as const }));
    await upload(container, "a.parquet", new Uint8Array(parquetWriteBuffer({ columnData: columns })));
    proxy = await startProxy(service.url);
    const origin = originOf(service.clientOf(container.containerName, proxy.port));
    const [listed] = await origin.list();
    proxy.fault = () => ({ hangAfter: 3 });
    const controller = new AbortController();
    const reading = errorOf(readSources([wholeOf(origin, listed)], { signal: controller.signal }));
    while (proxy.open === 0) await new Promise((r) => setTimeout(r, 5));
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await reading).toBe(reason);
    while (proxy.open > 0) await new Promise((r) => setTimeout(r, 5));
  });
});
