/* A folder of exports that a schedule of the built command line reads, and processes that run it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { append, exportPath, lines, ordinary } from "../runs/office.js";
import { folder } from "./terminal.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
export const day0 = 20_500;

/** A folder of exports, and where a schedule keeps and writes. */
export function office(days = 5) {
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

export function start(home: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args, "--threads", "1"], {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
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

export const byoml = (home: string, args: readonly string[], env?: Record<string, string>) =>
  ended(start(home, args, env));

/** An Azure CLI that gives a token, and trust in a certificate. @returns the variables of a process that has both */
export function azureCli(home: string, ca: string): Record<string, string> {
  const token = { accessToken: "sesame-token", expiresOn: "2099-01-01 00:00:00.000000", tenant: "t" };
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "bin", "az"), `#!/bin/sh\necho '${JSON.stringify(token)}'\n`, { mode: 0o755 });
  writeFileSync(join(home, "ca.pem"), ca);
  return { NODE_EXTRA_CA_CERTS: join(home, "ca.pem"), PATH: `${join(home, "bin")}:${process.env["PATH"]}` };
}
