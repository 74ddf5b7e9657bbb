import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/base/errors.js";
import type { Progress } from "../../src/base/progress.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";
import { planInputs } from "../../src/ingest/sources.js";
import { errorOf, line, memorySource, planOf, rowsOf, scratchFolder } from "./helpers.js";

const { folder, write } = scratchFolder();
const defaults = resolveSelection();
const csv = "user,res\nu,r\n";

describe("planInputs", () => {
  const tree = join(folder, "tree");
  mkdirSync(join(tree, "y=2026/m=01/d=02/h=03/m=05"), { recursive: true });
  mkdirSync(join(tree, "_delta_log"));
  mkdirSync(join(folder, "elsewhere"));
  write("elsewhere/linked.ndjson", line());
  write("tree/y=2026/m=01/d=02/h=03/m=05/PT05M.json", line());
  write("tree/y=2026/m=01/d=02/h=03/m=05/PT05M_1.JSON.GZ", gzipSync(line()));
  write("tree/a.csv", csv);
  write("tree/_delta_log/0.json", "{}\n");
  write("tree/.hidden.json", "{}\n");
  write("tree/notes.txt", "x");
  write("tree/data.parquet.gz", "x");
  symlinkSync(tree, join(tree, "y=2026/loop"));
  symlinkSync(join(folder, "elsewhere"), join(tree, "z"));
  symlinkSync(join(folder, "nowhere"), join(tree, "broken.json"));

  it("walks the folder of a resource group whose name starts as that of hidden folders", async () => {
    const groups = join(folder, "export/WorkspaceResourceId=/subscriptions/s/resourcegroups");
    mkdirSync(join(groups, "_prod/_tmp"), { recursive: true });
    for (const name of ["a.json", "_tmp/b.json"])
      write(`export/WorkspaceResourceId=/subscriptions/s/resourcegroups/_prod/${name}`, line());
    const { sources, ignored } = await planInputs([join(folder, "export")]);
    expect([sources.map(({ name }) => name), ignored]).toEqual([[join(groups, "_prod/a.json")], 1]);
  });

  it("walks folders to any depth in the order of paths, once each, and counts what it ignores", async () => {
    const plan = await planInputs([tree]);
    const names = plan.sources.map(({ name }) => name.slice(tree.length + 1));
    expect(names).toEqual([
      "a.csv",
      "y=2026/m=01/d=02/h=03/m=05/PT05M.json",
      "y=2026/m=01/d=02/h=03/m=05/PT05M_1.JSON.GZ",
      "z/linked.ndjson",
    ]);
    expect(plan.sources.map(({ format, gzip }) => [format, gzip])).toEqual([
      ["csv", false],
      ["json", false],
      ["json", true],
      ["json", false],
    ]);
    expect(plan).toMatchObject({ files: 4, ignored: 5 });
    expect(plan.bytes).toBe(plan.sources.reduce((sum, { size }) => sum + size!, 0));
  });

  it("takes a file once that is named twice, and the same order each time", async () => {
    const plan = await planInputs([join(tree, "a.csv"), tree, join(folder, "tree/../tree/a.csv"), "-", "-"]);
    expect(plan.sources.map(({ name }) => name).filter((name) => name.endsWith("a.csv") || name === "-")).toEqual([
      join(tree, "a.csv"),
      "-",
    ]);
  });

  it("refuses a named file of unknown extension unless --format says what it is", async () => {
    const path = join(tree, "notes.txt");
    const error = await errorOf(planInputs([path]));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toMatch(/--format: cannot tell the format of .*notes\.txt.*\.ndjson, \.csv .*\.parquet/);
    expect((await planInputs([path], { format: "csv" })).sources[0].format).toBe("csv");
    await expect(planInputs([path], { format: "xml" as "csv" })).rejects.toThrow(
      "--format: expected json, csv or parquet",
    );
  });

  it("says what does not exist, inertly", async () => {
    const error = await errorOf(planInputs([join(folder, "no\u001b[31m.json")]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/no\\u\{1b\}\[31m\.json does not exist$/);
  });

  it("says what it looked for where it found nothing", async () => {
    mkdirSync(join(folder, "empty"));
    write("empty/readme.md", "x");
    const error = await errorOf(planInputs([join(folder, "empty")]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(
      /nothing to read in .*empty: looked for \.json, .*\.parquet; 1 other files are there/,
    );
    await expect(planInputs([])).rejects.toThrow("no input was given");
  });
});

describe("gzip", () => {
  const text = line().repeat(3000);

  it("is read by extension, by its magic bytes, and in several members", async () => {
    const whole = gzipSync(text);
    for (const path of [
      write("a.json.gz", whole),
      write("b.json", whole),
      write("c.jsonl.gz", Buffer.concat([gzipSync(line()), gzipSync(line().repeat(2999))])),
    ]) {
      const { report } = await readAccesses([path], defaults);
      expect(report).toMatchObject({ counted: 3000, files: 1 });
    }
  });

  it("may be in chunks of any size", async () => {
    const chunks = Array.from(gzipSync(line()), (byte) => Uint8Array.of(byte));
    expect((await readAccesses(planOf(memorySource(chunks)), defaults)).report.counted).toBe(1);
  });

  it("that was cut is an error that names the file, wherever it was cut", async () => {
    const whole = gzipSync(text);
    for (const length of [3, 10, 40, whole.length - 1]) {
      const error = await errorOf(readAccesses([write("cut.json.gz", whole.subarray(0, length))], defaults));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/cut\.json\.gz: the gzip stream ends too early/);
    }
  });

  it("that is damaged is an error that names the file", async () => {
    const whole = gzipSync(text);
    whole.fill(0xff, 20, 60);
    await expect(readAccesses([write("bad.json.gz", whole)], defaults)).rejects.toThrow(
      /bad\.json\.gz: the gzip stream is/,
    );
  });

  it("is expected where the name says so", async () => {
    await expect(readAccesses([write("plain.json.gz", text)], defaults)).rejects.toThrow(
      /expected gzip, as the name says/,
    );
  });
});

describe("readAccesses", () => {
  it("reads files of every kind into one table", async () => {
    const paths = [write("one.json", line()), write("two.csv", csv), write("three.json.gz", gzipSync(line()))];
    const { table, report } = await readAccesses(paths, defaults);
    expect(rowsOf(table).map(([, user, , , weight]) => [user, weight])).toEqual([
      ["CONTOSO\\ann", 2],
      ["u", 1],
    ]);
    expect(report).toMatchObject({ files: 3, lines: 3, counted: 3, noTime: 1, ignoredFiles: 0 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("reads stdin as JSON lines, or as --format says, also packed", async () => {
    const read = async (content: string | Uint8Array, format?: "csv") =>
      (await readAccesses(["-"], defaults, { stdin: Readable.from([Buffer.from(content)]), format })).report.counted;
    expect(await read(line() + line())).toBe(2);
    expect(await read(gzipSync(line()))).toBe(1);
    expect(await read(csv, "csv")).toBe(1);
  });

  it("tells progress in bytes as stored", async () => {
    const path = write("progress.json.gz", gzipSync(line().repeat(5000)));
    const steps: Progress[] = [];
    const { report } = await readAccesses([path], defaults, { onProgress: (step) => steps.push(step) });
    expect(steps.at(-1)).toEqual({ stage: "read", done: report.bytes, total: report.bytes, unit: "bytes" });
  });

  it("rejects with the signal's reason, at once also where input stalls", async () => {
    const reason = new Error("enough");
    await expect(readAccesses(["-"], defaults, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

    const stalled = new Readable({ read() {} });
    stalled.push(line());
    const controller = new AbortController();
    const reading = readAccesses(["-"], defaults, { stdin: stalled, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(reading).rejects.toBe(reason);

    const large = write("large.json", line().repeat(20_000));
    const midway = new AbortController();
    const options = { signal: midway.signal, onProgress: () => midway.abort(reason) };
    await expect(readAccesses([large], defaults, options)).rejects.toBe(reason);
  });

  it("says which file is gone since it was found", async () => {
    const plan = await planInputs([write("gone.json", line())]);
    rmSync(join(folder, "gone.json"));
    const error = await errorOf(readAccesses(plan, defaults));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/gone\.json cannot be read \(ENOENT, open\)$/);
  });

  it("says what was left out, and what to do, when nothing is counted", async () => {
    const path = write(
      "none.json",
      [line({ EventID: 1 }), line({ EventID: 2 }), line({ Account: null }), "x\n{"].join(""),
    );
    const error = await errorOf(readAccesses([path], defaults, { mode: "strict" }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(
      /^no access in 1 file: 2 not selected \(EventID=5140,5145\), 1 without a user, 1 that could not be read, 1 cut off at the end of a file; .*none\.json: line 4 is not JSON/,
    );
    expect(error.hint).toContain("--where");
    const fast = await errorOf(readAccesses([write("other.json", "[]\n".repeat(3))], defaults));
    expect(fast.message).toBe("no access in 1 file: 3 that cannot match, passed over");
    expect(fast.hint).toContain("--check strict");
    const empty = await errorOf(readAccesses([write("empty.json", "")], defaults));
    expect(empty.message).toBe("no access in 1 file: they hold no records");
  });
});
