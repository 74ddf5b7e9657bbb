/*
 * Builds dist/: the kernels (two WASM builds of the same sources), the library and command line, the report's chart bundle.
 * One after the other where one needs the other's output; everything else side by side.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** Runs a package's executable with this Node and rejects with its output when it fails. */
function run(bin, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${bin} ${args.join(" ")}: exit code ${code}`)),
    );
  });
}

const packageOf = (name) => dirname(require.resolve(`${name}/package.json`));
const asc = join(packageOf("assemblyscript"), "bin/asc.js");
const tsc = join(packageOf("typescript"), "bin/tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
mkdirSync(join(root, "dist/wasm"), { recursive: true });
await Promise.all([
  run(asc, "assembly/index.ts", "--target", "baseline"),
  run(asc, "assembly/index.ts", "--target", "relaxed"),
  run(tsc, "-p", "tsconfig.json"),
  run(join(root, "scripts/bundle-report.mjs")),
  run(join(root, "scripts/bundle-worker.mjs")),
]);
chmodSync(join(root, "dist/cli/main.js"), 0o755);
