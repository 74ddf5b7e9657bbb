import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/**
 * The built command line as a process of its own, with no variables but these.
 *
 * @param ca  certificates in PEM that it trusts
 */
export async function byomlChild(argv: readonly string[], env: Record<string, string> = {}, ca = ""): Promise<Ended> {
  const cwd = mkdtempSync(join(tmpdir(), "byoml-test-"));
  try {
    const pem = join(cwd, "ca.pem");
    writeFileSync(pem, ca);
    const trusted = ca ? { NODE_EXTRA_CA_CERTS: pem } : {};
    const variables = { PATH: dirname(process.execPath), HOME: cwd, ...trusted, ...env };
    const child = spawn(process.execPath, [main, ...argv], { cwd, env: variables, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (err += data));
    const code = await new Promise<number | null>((done) => child.on("close", done));
    return { code, out, err };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
