import { beforeAll, describe, expect, it } from "vitest";
import { planBlobs } from "../../src/azure/blob-inputs.js";
import type { BlobListOptions } from "../../src/azure/blob-list.js";
import { planInputs } from "../../src/ingest/sources.js";
import { errorOf, line } from "../ingest/helpers.js";
import { append, azurite, originOf, shortName, upload } from "./blobs.js";
import { startProxy } from "./proxy.js";

const service = azurite();
const workspace = (name: string) =>
  `WorkspaceResourceId=/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/${name}/`;
/** `2026-05-06T07:05` as a folder of an export. */
const folderOf = (time: string) => {
  const [, y, m, d, h, minute] = /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(time)!;
  return `y=${y}/m=${m}/d=${d}/h=${h}/m=${minute}/`;
};
const times = [
  ...["2025-12-30T12:00", "2025-12-31T22:55", "2025-12-31T23:00", "2025-12-31T23:55", "2026-01-01T00:00"],
  ...["2026-01-01T00:05", "2026-01-31T23:55", "2026-02-01T00:00", "2026-02-28T23:55", "2026-03-01T00:00"],
];
let name: string;

beforeAll(async () => {
  const container = await service.container();
  name = container.containerName;
  for (const time of times) await append(container, `${workspace("a")}${folderOf(time)}PT05M.json`, line());
  await append(container, `${workspace("a")}${folderOf("2026-01-01T00:00")}PT05M_1.json`, line());
  await append(container, `${workspace("b")}${folderOf("2025-12-31T23:00").slice(0, -5)}m=00/PT1H.json`, line());
  await upload(container, "other/rows.csv", "user,res\n");
  for (const hidden of ["_log/a.json", ".x/a.json", "other/_SUCCESS.json", "other/readme.txt"])
    await upload(container, hidden, "x");
});

const find = (options: BlobListOptions = {}, prefix = "") => originOf(service.clientOf(name), prefix).find(options);
const ms = (text: string) => Date.parse(`${text}Z`);
/** What is found of the workspaces, by the time of folders; `+` is a further file of one, `h` that of an hour. */
const found = async (options: BlobListOptions, prefix = "") =>
  (await find(options, prefix)).blobs.map(shortName).flatMap((path) => {
    const parts = /y=(\d+)\/m=(\d+)\/d=(\d+)\/h=(\d+)\/m=(\d+)\/(.*)$/.exec(path);
    if (parts === null) return [path];
    const [, y, m, d, h, minute, file] = parts;
    return `${y}-${m}-${d}T${h}:${minute}${file === "PT05M.json" ? "" : file === "PT1H.json" ? "h" : "+"}`;
  });

describe("a listing", () => {
  it("has all blobs of known formats in the order of their names, and counts the others", async () => {
    const { blobs, ignored } = await find();
    expect(blobs).toHaveLength(times.length + 3);
    expect(blobs.map(({ name }) => name)).toEqual(blobs.map(({ name }) => name).toSorted());
    expect(ignored).toBe(4);
  });

  it.each([
    [
      "2025-12-31T23:00",
      "2026-01-01T00:05",
      ["2025-12-31T23:00", "2025-12-31T23:55", "2026-01-01T00:00", "2026-01-01T00:00+", "2025-12-31T23:00h"],
    ],
    [
      "2025-12-31T23:58",
      "2026-01-01T00:01",
      ["2025-12-31T23:55", "2026-01-01T00:00", "2026-01-01T00:00+", "2025-12-31T23:00h"],
    ],
    ["2025-12-31T23:10", "2025-12-31T23:20", ["2025-12-31T23:00h"]],
    ["2026-01-31T23:56", "2026-02-01T00:00", ["2026-01-31T23:55"]],
    ["2026-01-31T00:00", "2026-03-01T00:00", ["2026-01-31T23:55", "2026-02-01T00:00", "2026-02-28T23:55"]],
    ["2026-04-01T00:00", "2027-01-01T00:00", []],
  ])("from %s to %s has the folders that can hold such times", async (since, until, expected) => {
    const range = { since: ms(since), until: ms(until) };
    expect(await found(range)).toEqual([...expected, "other/rows.csv"]);
    for (const prefix of [
      "WorkspaceResourceId=",
      workspace("a"),
      `${workspace("a")}y=2026`,
      `${workspace("b").slice(0, -1)}`,
    ])
      expect(await found(range, prefix)).toEqual(
        (await found({}, prefix)).filter((path) => expected.some((time) => time === path)),
      );
  });

  it("may have one bound", async () => {
    expect(await found({ since: ms("2026-02-28T23:59") }, workspace("a"))).toEqual([
      "2026-02-28T23:55",
      "2026-03-01T00:00",
    ]);
    expect(await found({ until: ms("2025-12-31T22:55") }, workspace("a"))).toEqual(["2025-12-30T12:00"]);
  });

  it("asks for no folder that lies outside", async () => {
    const proxy = await startProxy(service.url);
    try {
      const range = { since: ms("2025-12-31T23:00"), until: ms("2026-01-01T00:30") };
      await originOf(service.clientOf(name, proxy.port), workspace("a")).list(range);
      const prefixes = proxy.seen.map((asked) => new URL(asked.split(" ")[2], "http://x").searchParams.get("prefix"));
      const years = prefixes.map((prefix) => prefix!.slice(workspace("a").length));
      expect(years).toEqual([
        "",
        "y=2025/",
        "y=2025/m=12/",
        "y=2025/m=12/d=31/",
        "y=2026/",
        "y=2026/m=01/",
        "y=2026/m=01/d=01/",
      ]);
    } finally {
      await proxy.close();
    }
  });

  it("of an empty container, or of a folder that is not there, is empty", async () => {
    const container = await service.container();
    expect(await originOf(container).list()).toEqual([]);
    expect(await originOf(container, "no/such").list()).toEqual([]);
  });

  it("of a container that is missing is an error that names it, and where it comes from", async () => {
    const error = await errorOf(originOf(service.clientOf("am-nothing")).list());
    expect(error).toMatchObject({
      kind: "usage",
      message: expect.stringContaining("am-nothing failed (404, ContainerNotFound)"),
    });
    expect(error.hint).toContain("am-TABLE");
    expect((await errorOf(originOf(service.clientOf("am-nothing"), "a.json").list())).hint).toContain("am-TABLE");
  });

  it("takes a blob of any name that is named itself where the format is said, and else does not pass it over", async () => {
    const container = service.clientOf(name);
    expect(await originOf(container, "other/readme.txt", { format: "json" }).list()).toMatchObject([
      { format: "json", length: 1 },
    ]);
    await expect(originOf(container, "other/readme.txt").list()).rejects.toThrow("cannot tell the format");
  });

  it("goes through all pages", async () => {
    const container = await service.container();
    const names = Array.from({ length: 40 }, (_, n) => `${100 + n}.json`);
    await Promise.all(names.map((each) => append(container, each)));
    const proxy = await startProxy(service.url);
    try {
      // The service may give fewer than asked for.
      const small = service.clientOf(container.containerName, proxy.port);
      const list = small.listBlobsFlat.bind(small);
      small.listBlobsFlat = (options) => {
        const pages = list(options);
        return Object.assign(pages, { byPage: () => list(options).byPage({ maxPageSize: 7 }) });
      };
      expect((await originOf(small).list()).map(shortName)).toEqual(names);
      expect(proxy.seen).toHaveLength(6);
    } finally {
      await proxy.close();
    }
  });

  it("that gets no answer ends with an error, or with an abort and its reason", async () => {
    const proxy = await startProxy(service.url);
    try {
      proxy.fault = () => ({ hangAfter: -1 });
      const container = service.clientOf(name, proxy.port);
      const error = await errorOf(originOf(container, "", { silenceInMs: 100 }).list());
      expect(error).toMatchObject({ kind: "remote", message: expect.stringContaining("no answer for 0.1 s") });
      const controller = new AbortController();
      const listing = errorOf(originOf(container).list({ signal: controller.signal }));
      const reason = new Error("enough");
      controller.abort(reason);
      expect(await listing).toBe(reason);
    } finally {
      await proxy.close();
    }
  });
});

describe("an address", () => {
  const plan = (input: string, more = {}) =>
    planInputs([input], { remote: planBlobs({ containerOf: async () => service.clientOf(name), ...more }) });
  const address = (prefix: string) => `${service.url}/${name}/${prefix}`;

  it("may name a blob, or a folder with and without a slash, and nothing that starts alike", async () => {
    expect((await plan(address("other/rows.csv"))).files).toBe(1);
    for (const folder of ["other", "other/"])
      expect((await plan(address(folder))).sources.map(shortName)).toEqual(["other/rows.csv"]);
    await expect(plan(address("oth"))).rejects.toThrow("nothing to read");
  });

  it("may name a blob of any name where the format is said", async () => {
    await expect(plan(address("other/readme.txt"))).rejects.toThrow(/cannot tell the format of http.*readme\.txt/);
    expect((await plan(address("other/readme.txt"), { format: "csv" })).sources).toMatchObject([{ format: "csv" }]);
  });

  it("cannot be read from an offset", async () => {
    const remote = planBlobs({ containerOf: async () => service.clientOf(name) });
    await expect(planInputs([{ path: address("other/rows.csv"), from: 0 }], { remote })).rejects.toThrow(
      "--from-offset",
    );
  });
});
