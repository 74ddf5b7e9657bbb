import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { byoml, folder } from "./terminal.js";

let cwd: string;
let line: string[];

beforeEach(() => {
  cwd = folder();
  const input = join(cwd, "in.jsonl");
  writeFileSync(input, '{"user":"u","res":"r"}\n');
  line = ["train", input, "--model", "m"];
});

function settings(values: unknown, name = "byoml.config.json"): string {
  const path = join(cwd, name);
  writeFileSync(path, typeof values === "string" ? values : JSON.stringify(values));
  return path;
}

describe("settings", () => {
  it("come from flags before the environment, from that before the file, and from that before the defaults", async () => {
    settings({ rank: 5, maxIter: 6, regParam: 0.5 });
    const env = { BYOML_RANK: "7", BYOML_MAX_ITER: "8" };
    const { calls, code } = await byoml([...line, "--rank", "9"], { cwd, env });
    expect(code).toBe(0);
    expect(calls.training).toEqual({ rank: 9, maxIter: 8, regParam: 0.5 });
  });

  it("reach the options of reading and the switches", async () => {
    settings({
      where: ["EventID=4624", "LogonType=3"],
      scaling: false,
      explicit: true,
      maxLine: "2MiB",
      maxBadLines: 0,
      tenant: "T",
    });
    const { calls } = await byoml([...line, "--threads", "3"], { cwd });
    expect(calls.selection).toMatchObject({ where: ["EventID=4624", "LogonType=3"], tenant: "T" });
    expect(calls.reading).toMatchObject({ maxBadLines: 0, maxLineInBytes: 2 ** 21, threads: 3 });
    expect(calls.training).toEqual({ applyImplicitCf: false, lowValue: null, highValue: null });
  });

  it("can turn JSON on", async () => {
    const { out } = await byoml(line, { cwd, env: { BYOML_JSON: "1" } });
    expect(JSON.parse(out)).toMatchObject({ model: "m" });
  });

  it("may give what a command requires", async () => {
    const { calls } = await byoml(line.slice(0, 2), { cwd, env: { BYOML_MODEL: "from-env" } });
    expect(calls.saved).toEqual(["from-env"]);
  });

  it.each([
    [{ rnak: 5 }, 'byoml.config.json: unknown setting "rnak"', 'Did you mean "rank"?'],
    [{ "max-iter": 5 }, 'byoml.config.json: unknown setting "max-iter"', 'Did you mean "maxIter"?'],
    [{ zzzzzzzz: 5 }, 'byoml.config.json: unknown setting "zzzzzzzz"', "camel case"],
    [{ rank: "many" }, '--rank (from byoml.config.json): expected a whole number, got "many"', ""],
    [{ rank: [1, 2] }, "byoml.config.json: rank: expected one value", ""],
    [{ explicit: "perhaps" }, "byoml.config.json: explicit: expected true or false", ""],
    [{ rank: 999 }, "--rank (from byoml.config.json): expected an integer from 1 to 256, got 999", ""],
    [{ maxLine: "5" }, '--max-line (from byoml.config.json): expected a size such as 2GB or 512MiB, got "5"', ""],
    [[], "byoml.config.json: expected one object", ""],
    ["{rank", "byoml.config.json: expected JSON", ""],
  ])("refuse %j", async (values, message, hint) => {
    settings(values);
    const { code, err } = await byoml(line, { cwd });
    expect(code).toBe(2);
    expect(err).toContain(`error: ${message}`);
    expect(err).toContain(hint);
  });

  it("name the variable that is wrong", async () => {
    const { code, err } = await byoml(line, { cwd, env: { BYOML_SEED: "x" } });
    expect(code).toBe(2);
    expect(err).toContain("error: --seed (from BYOML_SEED): expected a whole number");
  });

  it("come from the file that --config names, which must exist", async () => {
    settings({ rank: 3 });
    const other = settings({ rank: 4 }, "other.json");
    expect((await byoml([...line, "--config", other], { cwd })).calls.training).toEqual({ rank: 4 });
    expect((await byoml([...line, "--config", "nowhere.json"], { cwd })).code).toBe(2);
  });

  it("run a script only when --config names it", async () => {
    const script = settings("export default { rank: 2 + 2 };", "byoml.config.mjs");
    expect((await byoml(line, { cwd })).calls.training).toEqual({});
    expect((await byoml([...line, "--config", script], { cwd })).calls.training).toEqual({ rank: 4 });
  });

  it("are not looked for in a folder of that name", async () => {
    mkdirSync(join(cwd, "byoml.config.json"));
    expect((await byoml(line, { cwd })).code).toBe(2);
  });
});
