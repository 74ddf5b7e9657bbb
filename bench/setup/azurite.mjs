/* Azurite, Microsoft's stand-in for Blob Storage, in `.cache/azurite`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The newest that runs on Node 20. */
const version = "3.35.0";
const folder = fileURLToPath(new URL("../../.cache/azurite", import.meta.url));
const home = `${folder}/node_modules/azurite`;

/** Installs Azurite where it is missing and returns the path of its blob service's script. */
export function setUpAzurite() {
  const manifest = `${home}/package.json`;
  if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version) {
    mkdirSync(folder, { recursive: true });
    const how = ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const { status } = spawnSync(npm, [...how, "--prefix", folder, `azurite@${version}`], {
      stdio: ["ignore", process.stderr, process.stderr],
      shell: process.platform === "win32",
    });
    if (status !== 0) throw new Error(`npm cannot install azurite@${version}`);
  }
  return `${home}/dist/src/blob/main.js`;
}
