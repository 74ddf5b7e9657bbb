import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.js";
import { append, azurite, upload } from "../azure/blobs.js";
import { line } from "../ingest/helpers.js";
import { folder, terminal } from "./terminal.js";

const service = azurite();

/** Runs a command line with the real engine. */
async function byoml(...argv: string[]) {
  const io = terminal({
    env: { BYOML_AUTH: "connection-string", AZURE_STORAGE_CONNECTION_STRING: service.connectionString },
  });
  const code = await run(argv, io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

const day = (d: number) => `2026-01-0${d}T03:04:05.1234567Z`;
const pathOf = (d: number) => `W=/y=2026/m=01/d=0${d}/h=03/m=00/PT05M.json`;
const textOf = (d: number) =>
  Array.from({ length: 30 }, (_, n) =>
    line({ Account: `u${n % 6}`, ShareName: `s${(n * d) % 5}`, TimeGenerated: day(d), _ItemId: `${d}-${n}` }),
  ).join("");

/** Three days of an export, in Blob Storage and in a folder. */
async function exports() {
  const container = await service.container();
  const local = folder();
  for (const d of [1, 2, 3]) {
    await append(container, pathOf(d), textOf(d));
    mkdirSync(dirname(join(local, pathOf(d))), { recursive: true });
    writeFileSync(join(local, pathOf(d)), textOf(d));
  }
  return { container, local, address: `${service.url}/${container.containerName}` };
}

describe("a command on blobs", () => {
  it("counts what it counts of files", async () => {
    const { local, address } = await exports();
    const files = await byoml("count", local, "--out", "-");
    const blobs = await byoml("count", address, "--out", "-");
    expect(blobs.err).toContain("read 3 files");
    expect([blobs.code, blobs.out]).toEqual([0, files.out]);
    expect(
      (await byoml("count", join(local, pathOf(1)), `${address}/${pathOf(2)}`, `${address}/${pathOf(3)}`, "--out", "-"))
        .out,
    ).toBe(files.out);
  });

  it("reads only the folders of --since and --until, unless times are of another column", async () => {
    const { address } = await exports();
    const days = ["--since", "2026-01-02", "--until", "2026-01-03"];
    const { out, err } = await byoml("count", address, "--out", "-", ...days);
    expect(err).toContain("read 1 file ");
    expect(out).toContain("2026-01-02");
    expect((await byoml("count", address, "--out", "-", ...days, "--time", "TimeGenerated")).out).toBe(out);
    const other = await byoml("count", address, "--out", "-", "--time", "EventTime", ...days);
    expect(other.err).toContain("no access in 3 files");
  });

  it("trains, scores and reports, with results as blobs", async () => {
    const { container, local, address } = await exports();
    const model = join(local, "model");
    const trained = await byoml("train", address, "--model", model, "--scores", `${address}/out/learned.csv`);
    expect(trained).toMatchObject({ code: 0, out: expect.stringContaining(`${address}/out/learned.csv`) });
    const new1 = `${address}/${pathOf(1)}`;
    const scored = await byoml("score", new1, "--model", model, "--out", `${address}/out/scores.jsonl`, "--json");
    expect(scored.code).toBe(0);
    const content = await container.getBlobClient("out/scores.jsonl").downloadToBuffer();
    expect(JSON.parse(scored.out)).toMatchObject({ out: `${address}/out/scores.jsonl`, bytes: content.length });
    const direct = await byoml("score", new1, "--model", model, "--out", "-");
    expect(String(content)).toBe(direct.out);
    expect((await byoml("report", new1, "--model", model, "--out", `${address}/out/report.html`)).code).toBe(0);
    const report = String(await container.getBlobClient("out/report.html").downloadToBuffer());
    expect(/^<!doctype html>/i.test(report)).toBe(true);
    const counted = await byoml("count", `${address}/W=`, "--out", `${address}/out/counts.parquet`);
    expect(counted.code).toBe(0);
    expect((await byoml("count", `${address}/out/counts.parquet`, "--weight", "count", "--out", "-")).out).toBe(
      (await byoml("count", local, "--out", "-")).out,
    );
  });

  it("says what is there before it does anything", async () => {
    const { address } = await exports();
    const { code, out } = await byoml("count", address, "--out", `${address}/x.csv`, "--dry-run", "--json");
    expect(code).toBe(0);
    const { plan } = JSON.parse(out);
    expect(plan).toMatchObject({ files: 3, bytes: 3 * textOf(1).length });
    expect(plan.sources[0].name).toBe(`${address}/W%3D/y%3D2026/m%3D01/d%3D01/h%3D03/m%3D00/PT05M.json`);
  });

  it("does not write over what it reads", async () => {
    const { container, address } = await exports();
    await upload(container, "in.csv", "user,res\nu,r\n");
    const { code, err } = await byoml("count", `${address}/in.csv`, "--out", `${address}/in.csv`);
    expect(code).toBe(2);
    expect(err).toContain("it is an input; results never replace what is read");
  });

  it.each([
    ["count", "az://acme/logs?sig=c2VjcmV0", "-"],
    ["count", ".", "https://acme.blob.core.windows.net/logs/a.csv?sv=1&sig=c2VjcmV0"],
  ])("refuses a signature on the command line without repeating it", async (command, input, out) => {
    const local = folder();
    writeFileSync(join(local, "a.json"), line());
    const { code, err } = await byoml(command, input === "." ? local : input, "--out", out);
    expect(code).toBe(2);
    expect(err).toContain("without a signature (SAS)");
    expect(err).not.toContain("c2VjcmV0");
  });

  it("names a container that is missing", async () => {
    const { code, err } = await byoml("count", `${service.url}/am-securityevent`, "--out", "-");
    expect(code).toBe(2);
    expect(err).toMatch(/am-securityevent failed \(404, ContainerNotFound\)/);
  });
});
