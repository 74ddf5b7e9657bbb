import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FolderStore } from "../../src/runs/folder-store.js";
import { testRule } from "../azure/ingestion.js";
import { odd } from "../runs/office.js";
import { byoml, day0, ended, office, start } from "./office.js";

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

  it("ends after so many cycles", async () => {
    const { home, args } = office(1);
    const { code, out } = await byoml(home, ["watch", ...args, "--interval", "1s", "--cycles", "2"]);
    expect({ code, cycles: out.match(/^cycle \d+/gm) }).toEqual({ code: 0, cycles: ["cycle 1", "cycle 2"] });
  });
});
