import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checks } from "../../src/cli/checks.js";
import type { ReportData } from "../../src/cli/engine.js";
import { PipeClosed } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";
import { miniature } from "./miniature.js";
import { byoml, folder, Screen, terminal } from "./terminal.js";

const rows = [
  { user: "hr_user_1", res: "hr_res_1" },
  { user: "hr_user_1", res: "fin_res_1" },
  { user: "stranger", res: "hr_res_1" },
  { user: "fin_user_2", res: "island" },
  { user: "eng_user_1", res: "fin_res_1" },
];

function files(): { input: string; home: string } {
  const home = folder();
  const input = join(home, "in.jsonl");
  writeFileSync(input, rows.map((row) => `${JSON.stringify({ ...row, TenantId: "t" })}\n`).join(""));
  return { home, input };
}

const line = (user: string, res: string, anomaly_score: number | null, reason: string) =>
  JSON.stringify({ tenant: "t", user, res, anomaly_score, reason });

describe("score", () => {
  it("writes a row for each pair in the order of first appearance", async () => {
    const { input } = files();
    const { code, out, err } = await byoml(["score", input, "--model", "m", "--out", "-"]);
    expect(code).toBe(0);
    expect(out.trimEnd().split("\n")).toEqual([
      line("hr_user_1", "hr_res_1", 0, "scored"),
      line("hr_user_1", "fin_res_1", 3, "scored"),
      line("stranger", "hr_res_1", null, "unknown-user"),
      line("fin_user_2", "island", null, "disconnected"),
      line("eng_user_1", "fin_res_1", 3, "scored"),
    ]);
    expect(err).toContain("5 accesses: 3 scored, 1 disconnected, 1 unknown-user\n");
    expect(err).toContain("    ∞  fin_user_2  island\n 3.00  eng_user_1  fin_res_1\n");
  });

  it("writes the most unusual first with --top, never the unknown ones", async () => {
    const { input } = files();
    const { out } = await byoml(["score", input, "--model", "m", "--out", "-", "--top", "4", "--json"]);
    expect(out.trimEnd().split("\n")).toEqual([
      line("fin_user_2", "island", null, "disconnected"),
      line("eng_user_1", "fin_res_1", 3, "scored"),
      line("hr_user_1", "fin_res_1", 3, "scored"),
      line("hr_user_1", "hr_res_1", 0, "scored"),
    ]);
  });

  it("combines --top with --threshold, which its own value does not pass", async () => {
    const { input } = files();
    const score = (...flags: string[]) => byoml(["score", input, "--model", "m", "--out", "-", ...flags]);
    expect((await score("--threshold", "3")).out).toBe(`${line("fin_user_2", "island", null, "disconnected")}\n`);
    expect((await score("--threshold", "2.5", "--top", "2")).out.trimEnd().split("\n")).toHaveLength(2);
    expect((await score("--threshold", "-1")).out.trimEnd().split("\n")).toHaveLength(4);
  });

  it("gives a document of what it did with --json", async () => {
    const { input, home } = files();
    const file = join(home, "s.csv");
    const { out, err } = await byoml(["score", input, "--model", "m", "--out", file, "--json", "--quiet"]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      out: file,
      format: "csv",
      rows: 5,
      accesses: 5,
      byReason: { scored: 3, disconnected: 1, "unknown-user": 1, seen: 0 },
      top: [{ anomaly_score: null, reason: "disconnected" }, {}, {}, {}],
      reading: { lines: 7, counted: 5 },
    });
    expect(readFileSync(file, "utf8")).toContain(
      "t,fin_user_2,island,Infinity,disconnected\nt,eng_user_1,fin_res_1,3,scored\n",
    );
    expect(readFileSync(file, "utf8")).toContain("t,stranger,hr_res_1,,unknown-user\n");
  });

  it("refuses to replace an input, under another name too", async () => {
    const { input, home } = files();
    const before = readFileSync(input, "utf8");
    symlinkSync(input, join(home, "link.jsonl"));
    for (const out of [input, join(home, "link.jsonl"), join(home, ".", "x", "..", "in.jsonl")]) {
      const { code, err } = await byoml(["score", input, "--model", "m", "--out", out]);
      expect(code).toBe(2);
      if (!out.includes("x")) expect(err).toContain("it is the input");
    }
    expect(readFileSync(input, "utf8")).toBe(before);
  });

  it.each([
    ["scores.xlsx", ".xlsx"],
    ["scores", "no extension"],
    ["nowhere/scores.csv", "does not exist"],
  ])("refuses %s before it reads anything", async (name, why) => {
    const { input, home } = files();
    const { code, err, calls } = await byoml(["score", input, "--model", "m", "--out", join(home, name)]);
    expect(code).toBe(2);
    expect(err).toContain(why);
    expect(calls.reading).toBeUndefined();
  });

  it("changes nothing with --dry-run", async () => {
    const { input, home } = files();
    const { code, out, calls } = await byoml([
      "score",
      input,
      "--model",
      "m",
      "--out",
      join(home, "s.csv"),
      "--dry-run",
    ]);
    expect(code).toBe(0);
    expect(out).toContain("json        1");
    expect(out).toContain(
      `5 distinct accesses of 4 users to 3 resources in 1 tenant\nScores would be written to ${home}`,
    );
    expect(calls.saved).toEqual([]);
    expect(readdirSync(home)).toEqual(["in.jsonl"]);
  });

  it("ends quietly when the reader of the pipe has gone", async () => {
    const { input } = files();
    const io = terminal();
    class Gone extends Screen {
      override write(): Promise<void> {
        return Promise.reject(new PipeClosed());
      }
    }
    const code = await run(
      ["score", input, "--model", "m", "--out", "-", "-q"],
      { ...io, stdout: new Gone() },
      miniature().engine,
    );
    expect([code, io.stderr.text]).toEqual([0, ""]);
  });
});

describe("train", () => {
  it("says what was learned and where the model is", async () => {
    const { input } = files();
    const { code, out, err, calls } = await byoml(["train", input, "--model", "m", "--rank", "4", "--seed", "0"]);
    expect(code).toBe(0);
    expect(calls).toMatchObject({ saved: ["m"], training: { rank: 4, seed: 0 } });
    expect(out).toBe(
      "learned 2 users and 3 resources in 1 tenant from 4 accesses of 2024-05-06 to 2024-05-09\nthe model is in m\n",
    );
    expect(err).toContain("5 of 7 records counted, 2024-05-06 to 2024-05-09\n  left out: 2 of other kinds\n");
  });

  it("starts from an older model, and says how it went", async () => {
    const { input } = files();
    const { engine } = miniature();
    const side = { known: 2, new: 1, gone: 0 };
    const training = {
      ...{ iterations: 3, stopped: "tolerance" as const, objectives: [300.5, 200, 123.4567] },
      warmStart: { users: side, resources: { ...side, new: 12 } },
    };
    const train: typeof engine.train = async (...args) => {
      const model = await engine.train(...args);
      return { ...model, facts: { ...model.facts!, training } };
    };
    const argv = ["train", input, "--model", "m", "--warm-start", "old", "--tolerance", "1e-4"];
    const { code, out, calls } = await byoml(argv, {}, { train });
    expect(code).toBe(0);
    expect(calls.training).toMatchObject({ tolerance: 1e-4 });
    expect(out).toBe(
      "learned 2 users and 3 resources in 1 tenant from 4 accesses of 2024-05-06 to 2024-05-09\n" +
        "started from an older model: 2 users and 2 resources known, 1 user and 12 resources new, 0 users and 0 resources gone\n" +
        "trained 3 iterations, objective 123.457; it hardly fell any more\nthe model is in m\n",
    );
    const document = JSON.parse((await byoml([...argv, "--json"], {}, { train })).out);
    expect(document.training).toEqual(training);
  });

  it("hands the model to start from on, and none where none is named", async () => {
    const { input } = files();
    const warm = await byoml(["train", input, "--model", "m", "--warm-start", "old"]);
    expect(warm.calls.warmStart).toMatchObject({ data: { dimension: 12 } });
    expect((await byoml(["train", input, "--model", "m"])).calls).toHaveProperty("warmStart", undefined);
    const { out } = await byoml(["train", input, "--model", "m", "--warm-start", "old", "--dry-run"]);
    expect(out).toContain("Training would start from the model in old. The model would be saved in m.");
  });

  it("refuses a model that it cannot start from before it reads anything", async () => {
    const { input } = files();
    const absent = await byoml(["train", input, "--model", "m", "--warm-start", "absent"]);
    expect([absent.code, absent.calls.reading]).toEqual([3, undefined]);
    const other = await byoml(["train", input, "--model", "m", "--warm-start", "old", "--rank", "7"]);
    expect([other.code, other.calls.reading]).toEqual([2, undefined]);
    expect(other.err).toContain("error: --rank: expected 10, the rank of the model to start from, got 7");
  });

  it("keeps to a budget of memory, with work files beside the model or where it is told", async () => {
    const { input, home } = files();
    const budget = async (...flags: string[]) =>
      (await byoml(["train", input, "--model", join(home, "m"), ...flags])).calls.memory;
    expect(await budget()).toEqual({ memoryInBytes: undefined, workFolder: home });
    expect(await budget("--memory", "2GB")).toEqual({ memoryInBytes: 2e9, workFolder: home });
    expect(await budget("--memory", "1.5 GiB", "--work-folder", "/w")).toEqual({
      memoryInBytes: 1.5 * 2 ** 30,
      workFolder: "/w",
    });
    for (const wrong of ["2", "GB", "-1GB", "0MB", "2GBB"]) {
      const { code, err } = await byoml(["train", input, "--model", "m", "--memory", wrong]);
      expect(code).toBe(2);
      expect(err).toContain(`--memory: expected a size such as 2GB or 512MiB, got "${wrong}"`);
    }
  });

  it("refuses a folder with other things in it before it reads anything", async () => {
    const { input } = files();
    const { code, err, calls } = await byoml(["train", input, "--model", "taken"]);
    expect(code).toBe(2);
    expect(err).toContain("error: --model: expected an empty folder");
    expect(calls.reading).toBeUndefined();
  });

  it("takes a history of accesses", async () => {
    const { input } = files();
    const { calls } = await byoml(["train", input, "--model", "m", "--history", input]);
    expect(calls.training).toMatchObject({ historyAccess: { length: 5 } });
  });

  it("saves nothing with --dry-run, and checks the options all the same", async () => {
    const { input } = files();
    const dry = await byoml(["train", input, "--model", "m", "--dry-run", "--json"]);
    expect(dry.calls.saved).toEqual([]);
    expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, plan: { files: 1, sources: [{ format: "json" }] } });
    expect((await byoml(["train", input, "--model", "m", "--dry-run", "--rank", "999"])).code).toBe(2);
  });

  it("keeps the old model when it is interrupted after training", async () => {
    const { input } = files();
    const controller = new AbortController();
    const { engine, calls } = miniature();
    const train: typeof engine.train = async (...args) => {
      controller.abort();
      return engine.train(...args);
    };
    const { code } = await byoml(["train", input, "--model", "m"], { signal: controller.signal }, { train });
    expect(code).toBe(130);
    expect(calls.saved).toEqual([]);
  });
});

describe("report", () => {
  it("lists the most unusual accesses and what was expected, as plain JSON", async () => {
    const { input, home } = files();
    const out = join(home, "r.html");
    const { code, calls } = await byoml([
      "report",
      input,
      "--model",
      "some/m",
      "--out",
      out,
      "--threshold",
      "1",
      "--title",
      "T",
    ]);
    expect(code).toBe(0);
    expect(readFileSync(out, "utf8")).toBe("<title>T</title>");
    const [data] = calls.rendered as [ReportData];
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    expect(data).toMatchObject({
      model: { directory: "m", counts: { users: 2 } },
      summary: { accesses: 5, threshold: 1, aboveThreshold: 3, byReason: { disconnected: 1 } },
      unusual: [
        { user: "fin_user_2", score: null, reason: "disconnected", firstDay: null, expectedResources: ["hr_res_1"] },
        { user: "eng_user_1", score: 3 },
        { user: "hr_user_1", res: "fin_res_1", score: 3, count: 1 },
      ],
      newUsers: { total: 1, list: [{ tenant: "t", name: "stranger", accesses: 1 }] },
      newResources: { total: 0, list: [] },
      reading: { records: 7, counted: 5 },
    });
    expect(data.flows.filter(({ unusual }) => unusual)).toHaveLength(3);
  });
});

describe("demo", () => {
  it("makes an export, learns, scores and finds the accesses across departments", async () => {
    const home = folder();
    const out = join(home, "demo");
    const { code, out: text, calls } = await byoml(["demo", "--out", out, "--seed", "3", "--json"]);
    expect(code).toBe(0);
    const document = JSON.parse(text);
    expect(document.separation.intra).toBe(0);
    expect(document.separation.difference).toBeGreaterThan(2);
    expect(document.unusual).toHaveLength(10);
    for (const { anomaly_score } of document.unusual) expect(anomaly_score).toBe(3);
    expect(calls.saved).toEqual([join(out, "model")]);
    expect(existsSync(join(out, "report.html")) && existsSync(join(out, "scores.csv"))).toBe(true);
  });

  it("replaces an earlier demo, and leaves any other folder alone", async () => {
    const home = folder();
    const out = join(home, "demo");
    expect((await byoml(["demo", "--out", out])).code).toBe(0);
    expect((await byoml(["demo", "--out", out, "--seed", "1"])).code).toBe(0);
    const other = join(home, "other");
    mkdirSync(join(other, "exports"), { recursive: true });
    const { code, err } = await byoml(["demo", "--out", other]);
    expect(code).toBe(2);
    expect(err).toContain("has other files in it");
    expect(readdirSync(other)).toEqual(["exports"]);
  });
});

describe("doctor", () => {
  it("changes nothing with --dry-run, which the demo takes too", async () => {
    const doctor = await byoml(["doctor", "--dry-run", "--json"]);
    expect(JSON.parse(doctor.out).checks).toContainEqual({ name: "temporary folder", found: "writable", state: "ok" });
    const home = folder();
    const demo = await byoml(["demo", "--dry-run", "--out", join(home, "demo"), "--json"]);
    expect(JSON.parse(demo.out)).toMatchObject({ dryRun: true, seed: 42, exports: join(home, "demo", "exports") });
    expect(readdirSync(home)).toEqual([]);
  });

  it("finds this machine usable once the kernels are built", async () => {
    const kernels = folder();
    for (const name of ["kernels.wasm", "kernels-relaxed.wasm"]) writeFileSync(join(kernels, name), "wasm");
    const list = await checks({ kernelsIn: kernels });
    expect(list.filter(({ state }) => state === "failed")).toEqual([]);
    expect(list.map(({ name }) => name)).toEqual([
      "byoml",
      "Node.js",
      "SIMD",
      "shared memory",
      "relaxed SIMD",
      "cores",
      "memory",
      "temporary folder",
      "disk of the temporary folder",
      "disk of the working folder",
      "kernels.wasm",
      "kernels-relaxed.wasm",
    ]);
  });

  it("names kernels that are missing or empty, and says what to do", async () => {
    const kernels = folder();
    writeFileSync(join(kernels, "kernels.wasm"), "");
    const failed = (await checks({ kernelsIn: kernels })).filter(({ state }) => state === "failed");
    expect(failed.map(({ name }) => name)).toEqual(["kernels.wasm", "kernels-relaxed.wasm"]);
    for (const { hint } of failed) expect(hint).toContain("npm run build");
  });

  it("ends with 0 exactly when nothing failed, and tells nobody's name or home", async () => {
    const { code, out } = await byoml(["doctor", "--json"], {});
    const { usable, checks: list } = JSON.parse(out);
    expect(usable).toBe(list.every(({ state }: { state: string }) => state !== "failed"));
    expect(code).toBe(usable ? 0 : 1);
    for (const secret of [process.env["HOME"], process.env["PWD"]])
      if (secret && secret.length > 1) expect(out).not.toContain(secret);
  });
});
