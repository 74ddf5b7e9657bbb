/* What the `browser` suite needs: a Chromium, from the environment, the PATH, or the system's package manager. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];

function onPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder.
    }
  }
  return undefined;
}

const find = () => names.map(onPath).find((path) => path !== undefined);

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (error !== undefined || status !== 0)
    throw new Error(`\`${command} ${args.join(" ")}\` failed: ${error?.message ?? `exit code ${status}`}`);
}

/** Finds or installs Chromium; throws with what to do where that is not possible. */
export async function setUp() {
  const given = process.env.BYOML_CHROMIUM;
  if (given !== undefined && given !== "") {
    if (!existsSync(given)) throw new Error(`BYOML_CHROMIUM: ${given} does not exist`);
    return { BYOML_CHROMIUM: given };
  }
  let found = find();
  if (found === undefined && process.getuid?.() === 0 && onPath("apt-get") !== undefined) {
    run("apt-get", "update");
    run("apt-get", "install", "-y", "chromium");
    found = find();
  }
  if (found === undefined)
    throw new Error(`no Chromium: install one (${names.join(", ")} on the PATH) or set BYOML_CHROMIUM to its path`);
  return { BYOML_CHROMIUM: found };
}
