import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FolderStore } from "../../src/runs/folder-store.js";
import { startIngestion, testRule } from "../azure/ingestion.js";
import { append, exportPath, lines, odd, ordinary } from "../runs/office.js";
import { folder } from "./terminal.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const day0 = 20_500;

/** A folder of exports, and where a schedule keeps and writes. */
function office(days = 5) {
  const home = folder();
  for (let day = day0; day < day0 + days; day++) append(exportPath(join(home, "exports"), day), lines(ordinary(day)));
  const more = (...events: Parameters<typeof lines>[0]) =>
    append(exportPath(join(home, "exports"), day0 + days), lines(events));
  return {
    home,
    more,
    args: ["exports", "--state", "state", "--results", "results", "--threshold", "1.5", "--rank", "4"],
  };
}

function start(home: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args, "--threads", "1"], {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const said = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    said.err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...said };
}

const byoml = (home: string, args: readonly string[], env?: Record<string, string>) => ended(start(home, args, env));

describe("byoml run", () => {
  it("writes what is unusual in what is new to a file of its own, and its record to standard output", async () => {
    const { home, more, args } = office();
    expect(await byoml(home, ["run", ...args])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^cycle 1 \(.*\): done/),
    });
    more(odd(day0 + 5, 3));
    const { code, out } = await byoml(home, ["run", ...args, "--json"]);
    const record = JSON.parse(out);
    expect({ code, ...record }).toMatchObject({ code: 0, cycle: 2, outcome: "done", delivery: { sent: 1 } });
    const rows = readFileSync(join(home, "results", `${record.run}.jsonl`), "utf8");
    expect(JSON.parse(rows)).toMatchObject({ Actor: "sales-3", Resource: "legal-share-1", RunId: record.run });
    const stored = readFileSync(join(home, "state", "objects", "runs", `${record.run}.json`), "utf8");
    expect(JSON.parse(stored)).toEqual(record);
  });

  it("shows by --dry-run what it would read, and makes nothing", async () => {
    const { home, args } = office();
    const { code, out } = await byoml(home, ["run", ...args, "--dry-run", "--json"]);
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, dryRun: true, cycles: 0, known: 0 });
    expect(JSON.parse(out).sources).toHaveLength(5);
    expect(readdirSync(home)).toEqual(["exports"]);
  });

  it("refuses by --dry-run what it would refuse, too", async () => {
    const { home, args } = office(1);
    expect((await byoml(home, ["run", ...args])).code).toBe(0);
    const other = await byoml(home, ["run", ...args, "--user", "Computer", "--dry-run"]);
    expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/its accesses were selected by/) });
    mkdirSync(join(home, "foreign"));
    writeFileSync(join(home, "foreign", "letter.txt"), "");
    const foreign = await byoml(home, ["run", "exports", "--state", "foreign", "--results", "results", "--dry-run"]);
    expect(foreign).toMatchObject({ code: 2, err: expect.stringMatching(/other things such as letter.txt/) });
  });

  it.each([
    [["run", "exports", "--results", "results"], /--state: expected a value/],
    [["run", "exports", "--state", "state"], /--endpoint: expected where to deliver to/],
    [
      ["run", "exports", "--state", "state", "--endpoint", "http://x", "--rule-id", testRule],
      /--endpoint: expected https/,
    ],
    [
      ["run", "exports", "--state", "state", "--endpoint", "https://127.0.0.1:1", "--rule-id", "x"],
      /--rule-id: expected dcr-/,
    ],
    [["run", ".", "--state", "state", "--results", ".results"], /--state: expected a place outside of the inputs/],
    [["run", ".", "--state", ".state", "--results", "results"], /--results: expected a place outside of the inputs/],
    [["run", "-", "--state", "state", "--results", "results"], /standard input/],
    [["run", "exports", "--state", "ftp://x/y", "--results", "results"], /--state: expected/],
    [
      ["run", "exports", "--state", "state", "--results", "results", "--until", "2026-01-01"],
      /--until: expected no end/,
    ],
    [["run", "exports", "--state", "state", "--results", "r", "--stream", "Custom-X"], /--stream: expected --endpoint/],
    [
      ["run", "exports", "--state", "state", "--results", "r", "--checkpoints", "az://acme/c"],
      /--checkpoints: expected an event hub/,
    ],
    [
      ["run", "exports", "--state", "state", "--endpoint", "https://x", "--results-format", "csv"],
      /--results-format: expected --results/,
    ],
    [
      ["watch", "exports", "--state", "state", "--results", "results", "--interval", "5"],
      /--interval: expected a time such as/,
    ],
  ])("ends with 2 and says what is wrong: %j", async (args, message) => {
    const { home } = office(1);
    expect(await byoml(home, args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
    expect(existsSync(join(home, "state"))).toBe(false);
  });

  it("ends with 5 where another run holds the state, and changes nothing", async () => {
    const { home, args } = office(1);
    const lock = await new FolderStore(join(home, "state")).lock();
    try {
      const { code, err } = await byoml(home, ["run", ...args]);
      expect({ code, err }).toMatchObject({ code: 5, err: expect.stringMatching(/is locked by process \d+/) });
    } finally {
      await lock.release();
    }
    expect((await byoml(home, ["run", ...args])).code).toBe(0);
  });

  it.runIf(existsSync("/proc/self"))(
    "ends where no folder for results can be made, and goes on with another",
    async () => {
      const { home, args } = office();
      const refused = await byoml(home, ["run", ...args, "--results", "/proc/none/results"]);
      expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/cannot write results to \/proc\/none/) });
      const { code, out } = await byoml(home, ["run", ...args]);
      expect({ code, out }).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^cycle 1 \(.*\): done, at attempt 2/),
      });
    },
  );

  it("takes its flags from the environment and from a file", async () => {
    const { home } = office();
    const settings = {
      state: "state",
      results: "out",
      resultsFormat: "csv",
      threshold: 1.5,
      rank: 4,
      trainEvery: "7d",
    };
    writeFileSync(join(home, "byoml.config.json"), JSON.stringify(settings));
    expect((await byoml(home, ["run", "exports"], { BYOML_RESULTS_FORMAT: "parquet" })).code).toBe(0);
    expect(readdirSync(join(home, "out")).every((name) => name.endsWith(".parquet"))).toBe(true);
  });

  it("delivers to a rule, and stops with 4 where the right is missing, with 5 where the service is not well", async () => {
    const { home, more } = office();
    const answer = { status: 403 };
    const ingestion = await startIngestion({ script: () => (answer.status === 204 ? "take" : { ...answer }) });
    try {
      writeFileSync(join(home, "ca.pem"), ingestion.ca);
      mkdirSync(join(home, "bin"));
      const token = { accessToken: "sesame-token", expiresOn: "2099-01-01 00:00:00.000000", tenant: "t" };
      writeFileSync(join(home, "bin", "az"), `#!/bin/sh\necho '${JSON.stringify(token)}'\n`, { mode: 0o755 });
      const env = { NODE_EXTRA_CA_CERTS: join(home, "ca.pem"), PATH: `${join(home, "bin")}:${process.env["PATH"]}` };
      const where = ["--endpoint", ingestion.url, "--rule-id", testRule, "--auth", "cli"];
      const args = ["run", "exports", "--state", "state", "--threshold", "1.5", "--rank", "4", ...where, "--json"];
      more(odd(day0 + 5, 3));
      const refused = await byoml(home, args, env);
      expect(refused).toMatchObject({ code: 4, err: expect.stringMatching(/Monitoring Metrics Publisher/) });
      expect(JSON.parse(refused.out)).toMatchObject({
        code: "auth",
        details: { record: { outcome: "not-delivered" } },
      });
      answer.status = 204;
      const delivered = await byoml(home, args, env);
      expect(delivered.code).toBe(0);
      expect(JSON.parse(delivered.out)).toMatchObject({ attempts: 2, delivery: { unsent: 0 } });
      expect(ingestion.stored.map(({ Actor }) => Actor)).toContain("sales-3");
      expect(refused.err + refused.out + delivered.err + delivered.out).not.toContain("sesame");
    } finally {
      await ingestion.close();
    }
  });
});

describe("byoml watch", () => {
  it("runs cycle after cycle, gives each record as a line, and stops on SIGTERM with 130", async () => {
    const { home, more, args } = office();
    const child = start(home, ["watch", ...args, "--interval", "1s", "--json", "--quiet"]);
    const records: { cycle: number; delivery: { sent: number } | null }[] = [];
    child.stdout?.on("data", (chunk) => {
      for (const line of String(chunk).split("\n").filter(Boolean)) {
        records.push(JSON.parse(line));
        if (records.length === 1) more(odd(day0 + 5, 3));
        if (records.length === 3) child.kill("SIGTERM");
      }
    });
    expect((await ended(child)).code).toBe(130);
    expect(records.slice(0, 3).map(({ cycle }) => cycle)).toEqual([1, 2, 3]);
    expect(
      records
        .slice(1, 3)
        .map(({ delivery }) => delivery?.sent ?? 0)
        .sort(),
    ).toEqual([0, 1]);
    expect(await byoml(home, ["run", ...args])).toMatchObject({ code: 0 });
  });

  it("ends with 6 where one of its cycles left dead letters, and with the code of trouble that stays", async () => {
    const { home, more } = office();
    const answer = { status: 400 };
    const ingestion = await startIngestion({ script: () => ({ ...answer }) });
    try {
      writeFileSync(join(home, "ca.pem"), ingestion.ca);
      mkdirSync(join(home, "bin"));
      const token = { accessToken: "sesame-token", expiresOn: "2099-01-01 00:00:00.000000", tenant: "t" };
      writeFileSync(join(home, "bin", "az"), `#!/bin/sh\necho '${JSON.stringify(token)}'\n`, { mode: 0o755 });
      const env = { NODE_EXTRA_CA_CERTS: join(home, "ca.pem"), PATH: `${join(home, "bin")}:${process.env["PATH"]}` };
      const args = [
        "watch",
        "exports",
        "--state",
        "state",
        "--rank",
        "4",
        "--auth",
        "cli",
        "--endpoint",
        ingestion.url,
      ];
      const few = [...args, "--rule-id", testRule, "--interval", "1s", "--cycles", "2"];
      // A score that nobody has, then one that the odd one has.
      expect((await byoml(home, [...few, "--threshold", "1000"], env)).code).toBe(0);
      more(odd(day0 + 5, 3));
      expect((await byoml(home, [...few, "--threshold", "1.5"], env)).code).toBe(6);
      answer.status = 403;
      more(odd(day0 + 5, 4));
      const { code, out, err } = await byoml(home, [...few, "--threshold", "1.5", "--json"], env);
      expect(code).toBe(4);
      expect(out.trim().split("\n")).toHaveLength(2);
      expect(err).toMatch(/warning: .*Monitoring Metrics Publisher.*the next cycle tries again/);
    } finally {
      await ingestion.close();
    }
  });

  it("ends after so many cycles", async () => {
    const { home, args } = office(1);
    const { code, out } = await byoml(home, ["watch", ...args, "--interval", "1s", "--cycles", "2"]);
    expect({ code, cycles: out.match(/^cycle \d+/gm) }).toEqual({ code: 0, cycles: ["cycle 1", "cycle 2"] });
  });
});
