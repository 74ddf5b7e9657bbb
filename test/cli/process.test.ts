import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { folder } from "./terminal.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const home = join(root, "node_modules/.cache/byoml-cli-test");
const main = join(home, "dist/cli/main.js");

/** The command line as a process of its own, with the miniature engine. */
beforeAll(async () => {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{"type":"module","version":"0.0.0"}');
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outfile: main,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    plugins: [
      {
        name: "miniature",
        setup({ onResolve }) {
          onResolve({ filter: /\/engine\.js$/ }, ({ importer }) =>
            importer.includes("/src/cli/") ? { path: join(root, "test/cli/miniature.ts") } : undefined,
          );
        },
      },
    ],
  });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function start(argv: string[], cwd = folder()) {
  const child = spawn(process.execPath, [main, ...argv], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<Ended>((done) => {
    let [out, err] = ["", ""];
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (err += data));
    child.on("close", (code) => done({ code, out, err }));
  });
  return { child, ended, cwd };
}

/** Presses Ctrl-C when the miniature says that it reads. */
async function interruptWhenReading({ child, ended }: ReturnType<typeof start>): Promise<Ended> {
  child.stderr.once("data", () => child.kill("SIGINT"));
  return ended;
}

describe("the process", () => {
  it("ends with 0 and its results", async () => {
    const { code, out } = await start(["--version"]).ended;
    expect([code, out]).toEqual([0, "0.0.0\n"]);
  });

  it("ends with 2 on a wrong flag", async () => {
    const { code, out, err } = await start(["train", "--nonsense"]).ended;
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("unknown option");
  });

  it.each(["slow", "stuck"])("ends with 130 on Ctrl-C while reading is %s, and leaves nothing", async (input) => {
    const started = start(["score", input, "--model", "m", "--out", "s.csv"]);
    const { code, err } = await interruptWhenReading(started);
    expect(code).toBe(130);
    if (input === "slow")
      expect(err).toBe("reading\nerror: interrupted\n  Nothing was left half-written; run it again.\n");
    expect(readdirSync(started.cwd)).toEqual([]);
  });

  it("ends quietly when the pipe is closed", async () => {
    const { child, ended } = start(["score", "many", "--model", "m", "--out", "-", "--quiet"]);
    child.stdout.once("data", () => child.stdout.destroy());
    const { code, err } = await ended;
    expect([code, err]).toEqual([0, ""]);
  });

  it("writes all of a long result into a pipe", async () => {
    const { code, out } = await start(["score", "many", "--model", "m", "--out", "-", "--quiet"]).ended;
    expect(code).toBe(0);
    expect(out.trimEnd().split("\n")).toHaveLength(200_000);
  });
});
