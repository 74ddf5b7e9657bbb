import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { folder } from "./terminal.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The command line as a user has it: the built one, in a process of its own. */
function byoml(argv: string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { cwd, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("the walk, with the real engine", () => {
  it("goes from the demo to a model, scores, an evaluation and a report", () => {
    const home = folder();
    const demo = byoml(["demo", "--json"], home);
    expect(demo.stderr).not.toContain("error");
    expect(demo.status).toBe(0);
    const { separation, unusual, exports, fresh, model, scores, report } = JSON.parse(demo.stdout);
    expect(separation.difference).toBeGreaterThan(2);
    expect(unusual).toHaveLength(10);
    const across = unusual.filter(({ user, res }: { user: string; res: string }) => departmentsDiffer(user, res));
    expect(across.length).toBeGreaterThanOrEqual(7);
    expect(/^<!doctype html>/i.test(readFileSync(join(home, report), "utf8"))).toBe(true);
    expect(existsSync(join(home, model, "byoml.json"))).toBe(true);

    const trained = byoml(["train", exports, "--model", "again", "--seed", "42", "--json"], home);
    expect(trained.status).toBe(0);
    expect(JSON.parse(trained.stdout).counts).toMatchObject({ tenants: 1, users: 22, resources: 106 });
    const scored = byoml(["score", fresh, "--model", "again", "--out", "again.csv"], home);
    expect(scored.status).toBe(0);
    expect(readFileSync(join(home, "again.csv"), "utf8")).toBe(readFileSync(join(home, scores), "utf8"));

    const both = byoml(
      ["train", exports, "--model", "both", "--seed", "42", "--scores", "both.csv", "--memory", "1GB", "--json"],
      home,
    );
    expect(both.status).toBe(0);
    const learned = byoml(["score", exports, "--model", "again", "--out", "learned.csv", "--json"], home);
    expect(readFileSync(join(home, "both.csv"), "utf8")).toBe(readFileSync(join(home, "learned.csv"), "utf8"));
    const { rows, bytes } = JSON.parse(learned.stdout);
    expect(JSON.parse(both.stdout).scores).toEqual({ out: "both.csv", rows, bytes });
    expect(JSON.parse(both.stdout).timings.map(({ stage }: { stage: string }) => stage)).toEqual([
      ...["read", "train", "save", "score", "write"],
    ]);
    expect(byoml(["train", exports, "--model", "none", "--scores", "-"], home).status).toBe(2);

    const retraining = [
      "train",
      exports,
      fresh,
      "--model",
      "again",
      "--warm-start",
      "again",
      "--tolerance",
      "1e-3",
      "--json",
    ];
    const retrained = byoml(retraining, home);
    expect(retrained.status).toBe(0);
    expect(JSON.parse(retrained.stdout).training).toMatchObject({
      stopped: "tolerance",
      warmStart: { users: { known: 22, gone: 0 }, resources: { known: 106, gone: 0 } },
    });

    expect(byoml(["report", fresh, "--model", "again", "--out", "again.html"], home).status).toBe(0);
    const evaluated = byoml(["evaluate", exports, fresh, "--test-days", "1", "--json"], home);
    expect(evaluated.status).toBe(0);
    expect(JSON.parse(evaluated.stdout).auc.uniform.mean).toBeGreaterThan(0.5);
    expect(readdirSync(home).sort()).toEqual([
      ...["again", "again.csv", "again.html", "both", "both.csv", "byoml-demo", "learned.csv"],
    ]);
  });

  it("goes on with a file that grew, from the offset that it was told", () => {
    const home = folder();
    const record = (user: string) => `${JSON.stringify({ EventID: 5140, Account: user, ShareName: "s" })}\n`;
    const read = (offset: number) => {
      const flags = ["--from-offset", String(offset), "--model", "m", "--dry-run"];
      return byoml(["train", "grows.json", ...flags], home);
    };
    writeFileSync(join(home, "grows.json"), `${record("ann")}{"EventID":51`);
    const first = read(0);
    expect(first.stdout).toContain("1 of 1 record would count");
    const [, offset] = /--from-offset (\d+)$/m.exec(first.stderr) ?? [];
    expect(Number(offset)).toBe(record("ann").length);
    writeFileSync(join(home, "grows.json"), record("ann") + record("bob") + record("eve"));
    expect(read(Number(offset)).stdout).toContain("2 of 2 records would count");
    expect(read(1000).stderr).toContain("less than the offset 1,000 to go on from");
    expect(byoml(["train", ".", "--model", "m", "--from-offset", "0"], home).status).toBe(2);
    expect(byoml(["train", "-", "--model", "m", "--from-offset", "0"], home).stderr).toContain(
      "expected one file, got -",
    );
  });

  it("refuses a cut model, and bad input, with the exit code of bad data", () => {
    const home = folder();
    expect(byoml(["train", "nowhere", "--model", "m"], home).status).toBe(3);
    expect(byoml(["score", main, "--model", "nowhere", "--out", "s.csv", "--format", "json"], home).status).toBe(3);
    expect(byoml(["train", "--model"], home).status).toBe(2);
    expect(readdirSync(home)).toEqual([]);
  });
});

function departmentsDiffer(user: string, res: string): boolean {
  const department = (name: string) => /(hr|fin|eng)_/.exec(name)?.[1];
  return department(user) !== department(res);
}
