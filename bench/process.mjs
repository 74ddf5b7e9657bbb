import { spawn } from "node:child_process";
import { root } from "./files.mjs";

/** Node reads these certificates at every start, which takes longer than the rest of it; nothing here uses the network. */
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

/** Runs a whole process and gives its wall time in seconds and its standard output; rejects when it fails. */
export function timed(command, args, { env } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, {
      cwd: root,
      env: { ...environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, stdout });
      else reject(new Error(`${command} ${args.join(" ")}: exit code ${code}\n${stderr.slice(-2000)}`));
    });
  });
}

/** The last line of an output, as JSON: what a peer's script says of itself. */
export function lastJson(stdout) {
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
