import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ByomlError, DataError, type ErrorKind, OptionError } from "../../src/base/errors.js";
import { byoml, folder } from "./terminal.js";

const codes: [ErrorKind, number][] = [
  ["internal", 1],
  ["usage", 2],
  ["data", 3],
  ["auth", 4],
  ["remote", 5],
  ["partial", 6],
];

function input(): string {
  const path = join(folder(), "in.jsonl");
  writeFileSync(path, '{"user":"hr_user_1","res":"fin_res_1"}\n');
  return path;
}

describe("exit codes", () => {
  it.each(codes)("ends with the code of %s: %i", async (kind, code) => {
    const load = () => Promise.reject(new ByomlError(kind, "it failed", { hint: "Try this.", details: { line: 3 } }));
    const ran = await byoml(["score", input(), "--model", "m", "--out", "-"], {}, { load });
    expect(ran).toMatchObject({ code, out: "", err: "error: it failed\n  Try this.\n" });
  });

  it.each([
    [["--rnak", "3"], "unknown option '--rnak'", "Did you mean --rank?"],
    [["--rank"], "option '--rank <n>' argument missing", ""],
    [["--rank", "many"], '--rank: expected a whole number, got "many"', ""],
    [["--rank", "999"], "--rank: expected an integer from 1 to 256, got 999", ""],
    [["--no-scaling", "--low-value", "3"], "--no-scaling: expected neither", ""],
  ])("calls %j a usage error", async (flags, message, hint) => {
    const { code, err, out } = await byoml(["train", input(), "--model", "m", ...flags]);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(`error: ${message}`);
    expect(err).toContain(hint);
  });

  it("suggests a command", async () => {
    const { code, err } = await byoml(["tarin"]);
    expect(code).toBe(2);
    expect(err).toContain("Did you mean train?");
  });

  it("names a missing flag and shows how to give it", async () => {
    const { code, err } = await byoml(["score", input(), "--out", "-"]);
    expect(code).toBe(2);
    expect(err).toBe(
      "error: --model: expected a value, got nothing\n  For example: byoml score new/ --model model --out scores.csv\n",
    );
  });

  it("ends with 130 when interrupted, whatever the interruption made fail", async () => {
    const controller = new AbortController();
    const plan = () => {
      controller.abort();
      return Promise.reject(new Error("a worker was stopped"));
    };
    const { code, err } = await byoml(["train", input(), "--model", "m"], { signal: controller.signal }, { plan });
    expect(code).toBe(130);
    expect(err).toContain("error: interrupted");
  });

  it.each([
    ["ENOENT", 3],
    ["EACCES", 4],
    ["ENOSPC", 1],
  ])("gives the system's %s the code %i", async (name, code) => {
    const load = () => Promise.reject(Object.assign(new Error(`${name}: it`), { code: name }));
    expect((await byoml(["score", input(), "--model", "m", "--out", "-"], {}, { load })).code).toBe(code);
  });

  it("shows where an unexpected error happened only when asked", async () => {
    const load = () => Promise.reject(new TypeError("x is undefined", { cause: new Error("the cause") }));
    const line = ["score", input(), "--model", "m", "--out", "-"];
    const short = await byoml(line, {}, { load });
    expect(short.code).toBe(1);
    expect(short.err).toContain("error: unexpected error: x is undefined\n");
    expect(short.err).not.toContain("run.test.ts");
    const long = await byoml(line, { env: { BYOML_DEBUG: "1" } }, { load });
    expect(long.err).toContain("run.test.ts");
    expect(long.err).toContain("caused by: Error: the cause");
  });

  it("makes names in messages inert", async () => {
    const load = () => Promise.reject(new DataError("file \u001b[2Jx"));
    expect((await byoml(["score", input(), "--model", "m", "--out", "-"], {}, { load })).err).not.toContain("\u001b");
  });
});

describe("--json", () => {
  const failing = { load: () => Promise.reject(new DataError("bad", { details: { score: Number.NaN } })) };

  it.each([[["--json", "report"]], [["report", "--json"]]])("makes an error one envelope: %j", async (words) => {
    const out = join(folder(), "r.html");
    const ran = await byoml([...words, input(), "--model", "m", "--out", out], {}, failing);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out)).toEqual({ code: "data", message: "bad", hint: null, details: { score: null } });
    expect(ran.err).toContain("error: bad");
  });

  it("gives wrong flags an envelope too", async () => {
    const { code, out } = await byoml(["--json", "train", "--nonsense"]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ code: "usage", message: "unknown option '--nonsense'" });
  });

  it("keeps standard output for rows: the envelope goes to standard error", async () => {
    const ran = await byoml(["--json", "score", input(), "--model", "m", "--out", "-"], {}, failing);
    expect(ran.out).toBe("");
    expect(JSON.parse(ran.err)).toMatchObject({ code: "data" });
  });

  it("prints help and version as JSON", async () => {
    expect(JSON.parse((await byoml(["--version", "--json"])).out)).toEqual({ version: expect.stringMatching(/^\d/) });
    expect(JSON.parse((await byoml(["--json", "train", "--help"])).out)).toEqual({
      help: expect.stringContaining("--rank"),
    });
  });

  it("names the flag of a library's option", async () => {
    const checkTraining = () =>
      Promise.reject(new OptionError("highValue", "a number above lowValue (5)", 3, "Raise it."));
    const ran = await byoml(["--json", "train", input(), "--model", "m"], {}, { checkTraining });
    expect(JSON.parse(ran.out)).toEqual({
      code: "usage",
      message: "--high-value: expected a number above --low-value (5), got 3",
      hint: "Raise it.",
      details: { option: "--high-value" },
    });
  });
});

describe("help", () => {
  it("shows the walk when nothing is asked", async () => {
    const { code, out, err } = await byoml([]);
    expect([code, err]).toEqual([0, ""]);
    for (const command of ["byoml demo", "byoml train", "byoml score", "byoml report"]) expect(out).toContain(command);
  });

  it("says of each command once what it is for", async () => {
    const { out } = await byoml([]);
    const walk = [...out.slice(out.indexOf("The walk:")).matchAll(/^ {2}byoml (\w+) /gm)].map(([, command]) => command);
    expect(walk).toContain("deploy");
    expect(new Set(walk).size).toBe(walk.length);
  });

  const commands = ["demo", "train", "score", "report", "evaluate", "count", "run", "watch", "deploy", "doctor"];
  it.each(commands)("of %s shows an example that can be run", async (command) => {
    const { code, out } = await byoml([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`Example:\n  byoml ${command}`);
    expect(out).toContain("--json");
  });
});
