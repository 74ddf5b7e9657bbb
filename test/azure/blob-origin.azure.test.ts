import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { ContainerClient, ContainerSASPermissions } from "@azure/storage-blob";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { planBlobs } from "../../src/azure/blob-inputs.js";
import { blobTarget } from "../../src/azure/blob-target.js";
import { ByomlError } from "../../src/base/errors.js";
import { ReplacedError } from "../../src/base/replaced.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { planInputs } from "../../src/ingest/sources.js";
import { errorOf, line, rowsOf, scratchFolder } from "../ingest/helpers.js";
import { append, azurite, bytesOf, nextSecond, originOf, readSources, shortName, upload, wholeOf } from "./blobs.js";

const service = azurite();
const { write } = scratchFolder();

describe("a blob", () => {
  it("is listed as it is", async () => {
    const container = await service.container();
    await append(container, "a/PT05M.json", line());
    await upload(container, "b.csv", "user,res\n");
    const [first, second] = await originOf(container).list();
    expect(first).toEqual({
      name: `${service.url}/${container.containerName}/a/PT05M.json`,
      etag: expect.stringMatching(/^"[^"]+"$/),
      created: expect.stringMatching(/^20\d\d-.*Z AppendBlob$/),
      ...{ length: line().length, grows: true, format: "json", gzip: false },
    });
    expect(second).toMatchObject({ grows: false, format: "csv", created: expect.stringContaining("BlockBlob") });
  });

  it.each([
    "with space.json",
    "100%25.json",
    "what?.json",
    "c#.json",
    "a&b=c+d.json",
    "Ünïcödé/日本/😀.json",
    "quote'\"<>.json",
    "tab\tand\u200bmarks.json",
    "a\u0085b\u202ec.json",
    "%2F%2e%2e/x.json",
  ])("of the name %j is listed and read", async (name) => {
    const container = await service.container();
    await append(container, name, line());
    const origin = originOf(container);
    const [listed] = await origin.list();
    expect(shortName(listed)).toBe(name);
    expect(listed.name).toMatch(/^[\x21-\x7e]+$/);
    expect(String(await bytesOf(wholeOf(origin, listed)))).toBe(line());
    const [alone] = await originOf(container, name).list();
    expect(alone).toEqual(listed);
  });

  it("that is empty is listed, and read without a request", async () => {
    const container = await service.container();
    await append(container, "empty.json");
    const origin = originOf(container);
    const [listed] = await origin.list();
    expect(listed.length).toBe(0);
    await container.deleteBlob("empty.json");
    expect((await bytesOf(wholeOf(origin, listed))).length).toBe(0);
  });

  it("is read from any byte to any other, in ranges of any size, in order", async () => {
    const container = await service.container();
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, n) => `${n},`).join(""));
    await upload(container, "a.json", bytes);
    const origin = originOf(container, "", { rangeInBytes: 777, requests: 5, windowInBytes: 3000 });
    const [{ length, ...listed }] = await origin.list();
    for (const [from, to] of [
      [0, length],
      [1, length],
      [1000, 1001],
      [776, 778],
      [length - 1, length],
    ])
      expect((await bytesOf(origin.source({ ...listed, from, to }))).equals(bytes.subarray(from, to))).toBe(true);
  });

  type Change = (container: ContainerClient) => Promise<unknown>;

  it.each<[string, Change, string]>([
    ["overwritten", (c) => upload(c, "b.json", line({ Account: "other" })), "was overwritten"],
    [
      "overwritten by one of its length",

      (c) => upload(c, "b.json", line({ Account: "CONTOSO\\bob" })),
      "was overwritten",
    ],
    ["deleted", (c) => c.deleteBlob("b.json"), "was overwritten or deleted"],
  ])("that was %s since its listing is an error that says so", async (_, change, how) => {
    const container = await service.container();
    await upload(container, "b.json", line());
    const origin = originOf(container);
    const [listed] = await origin.list();
    await change(container);
    const error = await errorOf(bytesOf(wholeOf(origin, listed)));
    expect(error).toBeInstanceOf(ReplacedError);
    expect(error).toMatchObject({ kind: "remote", details: { name: listed.name } });
    expect(error.message).toContain(how);
  });
});

describe("an append blob", () => {
  it("that grew since its listing gives the bytes that it had", async () => {
    const container = await service.container();
    await append(container, "a.json", line({ Account: "one" }));
    const origin = originOf(container, "", { rangeInBytes: 16, requests: 3 });
    const [listed] = await origin.list();
    await append(container, "a.json", line({ Account: "two" }));
    expect(String(await bytesOf(wholeOf(origin, listed)))).toBe(line({ Account: "one" }));
  });

  it("that was replaced by a longer one is an error", async () => {
    const container = await service.container();
    await append(container, "a.json", line());
    const origin = originOf(container);
    const [listed] = await origin.list();
    await nextSecond();
    await container.deleteBlob("a.json");
    await append(container, "a.json", line({ Account: "b" }), line());
    expect(await errorOf(bytesOf(wholeOf(origin, listed)))).toMatchObject({
      name: "ReplacedError",
      message: expect.stringContaining("was replaced"),
    });
  });

  it("that was replaced by a shorter one is an error", async () => {
    const container = await service.container();
    await append(container, "a.json", line(), line());
    const origin = originOf(container);
    const [listed] = await origin.list();
    await container.deleteBlob("a.json");
    await append(container, "a.json", line());
    expect(await errorOf(bytesOf(wholeOf(origin, listed)))).toBeInstanceOf(ReplacedError);
  });

  it("that became a block blob is an error", async () => {
    const container = await service.container();
    await append(container, "a.json", line());
    const origin = originOf(container);
    const [listed] = await origin.list();
    await container.deleteBlob("a.json");
    await upload(container, "a.json", line() + line());
    expect(await errorOf(bytesOf(wholeOf(origin, listed)))).toBeInstanceOf(ReplacedError);
  });

  it("holds back a torn line and is gone on with where it began", async () => {
    const container = await service.container();
    await append(container, "a.json", line({ Account: "one" }), line({ Account: "two" }).slice(0, 30));
    const origin = originOf(container);
    const [first] = await origin.list();
    const one = await readSources([wholeOf(origin, first)]);
    expect([one.counted, one.resume]).toEqual([1, [{ file: first.name, offset: line({ Account: "one" }).length }]]);
    await append(container, "a.json", line({ Account: "two" }).slice(30));
    const [{ length, ...second }] = await origin.list();
    const source = origin.source({ ...second, from: one.resume[0].offset, to: length });
    expect(source.range).toEqual({
      from: one.resume[0].offset,
      to: Number.POSITIVE_INFINITY,
      aligned: true,
      growing: true,
    });
    const two = await readSources([source]);
    expect(two.rows.map(([, user]) => user)).toEqual(["two"]);
    expect(two.resume).toEqual([{ file: first.name, offset: length }]);
  });
});

describe("blobs of every format", () => {
  const rows = { user: ["a", "b"], res: ["x", "y"] };
  const json = '{"user":"a","res":"x"}\n{"user":"b","res":"y"}\n';
  const parquet = () =>
    parquetWriteBuffer({ columnData: Object.entries(rows).map(([name, data]) => ({ name, data, type: "STRING" })) });

  it.each([
    ["a.json", () => json],
    ["a.json.gz", () => gzipSync(json)],
    ["a.csv", () => "user,res\na,x\nb,y\n"],
    ["a.csv.gz", () => gzipSync("user,res\na,x\nb,y\n")],
    ["a.parquet", () => new Uint8Array(parquet())],
  ])("are read as files are: %s", async (name, content) => {
    const container = await service.container();
    await upload(container, name, content());
    const origin = originOf(container, "", { rangeInBytes: 20, requests: 2 });
    const { rows: found } = await readSources([wholeOf(origin, (await origin.list())[0])]);
    expect(found.map(([, user, res]) => [user, res])).toEqual([
      ["a", "x"],
      ["b", "y"],
    ]);
  });

  it("say so when a Parquet file is replaced while it is read", async () => {
    const container = await service.container();
    await upload(container, "a.parquet", new Uint8Array(parquet()));
    const origin = originOf(container);
    const [listed] = await origin.list();
    await upload(container, "a.parquet", new Uint8Array(parquet()));
    expect(await errorOf(readSources([wholeOf(origin, listed)]))).toBeInstanceOf(ReplacedError);
  });
});

describe("a signature in the container's address", () => {
  it("is used, and is in no name and no error", async () => {
    const container = await service.container();
    await append(container, "a.json", line());
    await upload(container, "b.csv", "user,res\n");
    const permissions = ContainerSASPermissions.parse("rl");
    const signed = await container.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + 3_600_000) });
    const client = new ContainerClient(signed);
    const origin = originOf(client);
    const listed = await origin.list();
    expect(listed).toEqual(await originOf(container).list());
    expect(String(await bytesOf(wholeOf(origin, listed[0])))).toBe(line());
    await upload(container, "b.csv", "other");
    await container.deleteBlob("a.json");
    const errors = [
      await errorOf(bytesOf(wholeOf(origin, listed[0]))),
      await errorOf(bytesOf(wholeOf(origin, listed[1]))),
      await errorOf(originOf(new ContainerClient(signed.replace(container.containerName, "none"))).list()),
      await errorOf(blobTarget(client, "x.csv").then((target) => target.write(["x"]))),
    ];
    const signature = new URL(signed).searchParams.get("sig")!;
    for (const error of errors) {
      expect(error).toBeInstanceOf(ByomlError);
      for (const text of [inspect(error, { depth: 20, showHidden: true }), origin.name]) {
        expect(text).not.toContain(signature);
        expect(text).not.toContain(encodeURIComponent(signature));
      }
    }
  });
});

describe("inputs", () => {
  it("may be files and blobs, in their order, and one that is named twice is read once", async () => {
    const container = await service.container();
    await append(container, "x/1.json", line({ Account: "one" }), line({ Account: "two" }).slice(0, 20));
    await upload(container, "x/2.json", line({ Account: "three" }));
    const file = write("file.json", line({ Account: "file" }));
    const remote = planBlobs({ containerOf: async () => container });
    const address = `${service.url}/${container.containerName}/x`;
    const plan = await planInputs([`${address}/2.json`, file, address], { remote });
    expect(plan).toMatchObject({ files: 3, ignored: 0, aheadInBytes: 2 ** 25 });
    const { table, report } = await readAccesses(plan, resolveSelection());
    expect(rowsOf(table).map(([, user]) => user)).toEqual(["three", "file", "one"]);
    expect(report.torn).toMatchObject([{ offset: line({ Account: "one" }).length }]);
  });
});
