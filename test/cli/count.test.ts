import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byoml, folder } from "./terminal.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

function files(): { input: string; home: string } {
  const home = folder();
  const input = join(home, "in.jsonl");
  const rows = [
    { user: "=cmd", res: 'a"b' },
    { user: "ann", res: "r,2" },
  ];
  writeFileSync(input, rows.map((row) => `${JSON.stringify({ ...row, TenantId: "t" })}\n`).join(""));
  return { home, input };
}

describe("count", () => {
  it("writes JSON lines to standard output, and what it did to standard error", async () => {
    const { input } = files();
    const { code, out, err, calls } = await byoml(["count", input, "--out", "-"]);
    expect(code).toBe(0);
    expect(out).toBe(
      '{"tenant":"t","user":"=cmd","res":"a\\"b","TimeGenerated":null,"count":1}\n' +
        '{"tenant":"t","user":"ann","res":"r,2","TimeGenerated":"2022-01-08","count":1.5}\n',
    );
    expect(err).toContain("2 distinct accesses and days of 2 users and 3 resources in 1 tenant\n");
    expect(calls.closed).toBe(1);
  });

  it("writes CSV by the extension, where names are no formulas, and tells with --json", async () => {
    const { input, home } = files();
    const file = join(home, "c.csv");
    const { out } = await byoml(["count", input, "--out", file, "--json", "--quiet"]);
    expect(readFileSync(file, "utf8")).toBe(
      `tenant,user,res,TimeGenerated,count\nt,'=cmd,"a""b",,1\nt,ann,"r,2",2022-01-08,1.5\n`,
    );
    expect(JSON.parse(out)).toMatchObject({
      ...{ out: file, format: "csv", rows: 2, tenants: 1, users: 2, resources: 3, weight: "count" },
      ...{ bytes: readFileSync(file).length, reading: { counted: 2 } },
    });
  });

  it("hands its flags to the engine, work files beside the result", async () => {
    const { input, home } = files();
    const flags = ["--memory", "2GB", "--threads", "3", "--where", "EventID=1", "--max-bad-lines", "5"];
    const { calls } = await byoml(["count", input, "--out", join(home, "c.parquet"), ...flags]);
    expect(calls.selection).toMatchObject({ where: ["EventID=1"] });
    const given = { memoryInBytes: 2e9, threads: 3, maxBadLines: 5 };
    expect(calls.reading).toMatchObject({ ...given, workFolder: home });
    const other = await byoml(["count", input, "--out", "-", "--work-folder", "/elsewhere"]);
    expect(other.calls.reading).toMatchObject({ workFolder: "/elsewhere" });
  });

  it("keeps an older file until the new one is complete, and closes what it counted when it is stopped", async () => {
    const { home } = files();
    const slow = join(home, "slow.jsonl");
    writeFileSync(slow, '{"user":"ann","res":"r"}\n');
    const file = join(home, "c.csv");
    writeFileSync(file, "old");
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("interrupted", "AbortError")), 50);
    const { code, calls } = await byoml(["count", slow, "--out", file], { signal: controller.signal });
    expect(code).toBe(130);
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(calls.closed).toBe(1);
    expect(readdirSync(home).sort()).toEqual(["c.csv", "in.jsonl", "slow.jsonl"]);
  });

  it("refuses what it cannot write before it reads, and changes nothing with --dry-run", async () => {
    const { input, home } = files();
    for (const out of [input, join(home, "c.xlsx"), join(home, "nowhere/c.csv")]) {
      const { code, calls } = await byoml(["count", input, "--out", out]);
      expect(code).toBe(2);
      expect(calls.reading).toBeUndefined();
    }
    const { out } = await byoml(["count", input, "--out", join(home, "c.csv"), "--dry-run"]);
    expect(out).toContain(`Counts would be written to ${join(home, "c.csv")}. Nothing was changed.\n`);
    expect(existsSync(join(home, "c.csv"))).toBe(false);
  });
});

/** Events of three days with names of all kinds, and two that are not selected. */
function exportsIn(home: string): string {
  const path = join(home, "exports.jsonl");
  const events = Array.from({ length: 3000 }, (_, n) => ({
    EventID: n % 100 === 7 ? 4624 : 5140,
    Account: `CONTOSO\\zoë.müller${(n * 31) % 37} \u{1f600}`,
    ShareName: `\\\\*\\${["hr", 'a "b",c', "=x", "line\nbreak"][n % 4]}${(n * 7) % 11}`,
    TimeGenerated: n % 50 === 3 ? undefined : new Date(Date.UTC(2024, 4, 6 + (n % 3), n % 24)).toISOString(),
    TenantId: `t${n % 2}`,
  }));
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return path;
}

describe("count, with the real engine", () => {
  const run = (home: string, ...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { cwd: home, encoding: "utf8" });
    expect(stderr).not.toContain("error");
    expect(status).toBe(0);
    return stdout;
  };
  const modelIn = (home: string, name: string) =>
    readdirSync(join(home, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "byoml.json")
      .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "base64")])
      .sort();

  it.each(["parquet", "jsonl"])("gives the model of the exports when it is trained on, as %s", (format) => {
    const home = folder();
    const input = exportsIn(home);
    run(home, "train", input, "--model", "direct", "--max-iter", "3", "--quiet");
    const counts = `counts.${format}`;
    run(home, "count", input, "--out", counts, "--quiet");
    run(home, "train", counts, "--weight", "count", "--model", "counted", "--max-iter", "3", "--quiet");
    expect(modelIn(home, "counted")).toEqual(modelIn(home, "direct"));
    // Counting what was counted changes nothing, and nothing is left beside the files.
    run(home, "count", counts, "--weight", "count", "--out", `again.${format}`, "--quiet");
    expect(readFileSync(join(home, `again.${format}`))).toEqual(readFileSync(join(home, counts)));
    expect(readdirSync(home).sort()).toEqual([`again.${format}`, "counted", counts, "direct", "exports.jsonl"]);
  });

  it("keeps likelihoods what they are, without a flag", () => {
    const home = folder();
    const input = join(home, "in.csv");
    writeFileSync(input, "tenant,user,res,likelihood\nt,b,r,0.1\nt,a,r,0.25\nt,b,r,0.2\nt,a,s,7\n");
    run(home, "count", input, "--out", "c.parquet", "--quiet");
    const out = run(home, "count", "c.parquet", "--out", "-", "--quiet");
    const row = (user: string, res: string, likelihood: number) =>
      `${JSON.stringify({ tenant: "t", user, res, TimeGenerated: null, likelihood })}\n`;
    expect(out).toBe(row("a", "r", 0.25) + row("a", "s", 7) + row("b", "r", 0.1 + 0.2));
  });

  it("refuses a budget that is too little by the name of the flag, and leaves nothing", () => {
    const home = folder();
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, "count", exportsIn(home), "--out", "c.csv", "--memory", "20MB"],
      { cwd: home, encoding: "utf8" },
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/error: --memory: expected at least \d+ MB to read with \d threads?, got 20 MB/);
    expect(readdirSync(home)).toEqual(["exports.jsonl"]);
  });
});
