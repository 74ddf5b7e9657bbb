/*
 * What suites and benches need beside Node, and how they get it: Debian packages where this process may install them, and virtual
 * environments of Python with pinned packages. Everything that the tools print goes to standard error.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const windows = process.platform === "win32";

/**
 * Makes sure that a virtual environment holds pinned packages: built once, used again while its stamp names the same packages.
 *
 * @param folder  where it is
 * @param steps   arguments of `pip install`, one list a call, packages pinned as NAME==VERSION
 * @returns the path of its Python
 */
export function virtualEnvironment(folder, steps) {
  const python = needPython();
  const stamp = join(folder, "byoml-stamp.txt");
  const inside = join(folder, windows ? "Scripts/python.exe" : "bin/python");
  const wanted = steps
    .flat()
    .filter((argument) => argument.includes("=="))
    .join("\n");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && works(inside, ["--version"])) return inside;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  run(python, ["-m", "venv", folder]);
  for (const step of steps) run(inside, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...step]);
  writeFileSync(stamp, wanted);
  return inside;
}

/** The first Python that the pinned packages support, with the means to make a virtual environment. */
function needPython() {
  const supported = "import sys; sys.exit(0 if (3, 9) <= sys.version_info < (3, 13) else 1)";
  const names = ["python3", "python3.12", "python3.11", "python3.10", "python3.9", "python"];
  const python = names.find((name) => works(name, ["-c", supported]));
  if (!python) throw new Error("Python 3.9 to 3.12 is not on the PATH.");
  const canMakeVenv = () => works(python, ["-c", "import venv, ensurepip"]);
  if (!canMakeVenv()) install("python3-venv", "Python's venv module");
  if (!canMakeVenv()) throw new Error(`${python} has no venv module; install it and run again.`);
  return python;
}

/** Makes sure that there is a Java of at least a major version. */
export function needJava(oldest) {
  if (javaVersion() >= oldest) return;
  install(`openjdk-${oldest}-jre-headless`, `Java ${oldest} or newer (java -version)`);
  if (javaVersion() < oldest) throw new Error(`Java ${oldest} or newer is not on the PATH (java -version).`);
}

/** The major version of the Java on the PATH, 0 where there is none. */
function javaVersion() {
  const { stdout, stderr, error } = spawnSync("java", ["-version"], { encoding: "utf8" });
  if (error) return 0;
  return Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
}

/** Makes sure that there is gcc with the headers of the C library, and gives its version. */
export function needGcc() {
  const version = () => {
    const { stdout, status } = spawnSync("gcc", ["-dumpfullversion"], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  if (!version()) install("build-essential", "gcc");
  const found = version();
  if (!found) throw new Error("gcc is not on the PATH (gcc -dumpfullversion); install it and run again.");
  return found;
}

/** Installs a Debian package where this process may, else says what to install. */
function install(name, what) {
  const allowed = process.getuid?.() === 0 && works("apt-get", ["--version"]);
  if (!allowed) throw new Error(`${what} is missing; install it (on Debian or Ubuntu: apt-get install ${name}).`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (!works("apt-get", ["install", "-y", name], env)) {
    run("apt-get", ["update"], env);
    run("apt-get", ["install", "-y", name], env);
  }
}

function works(command, args, env = process.env) {
  return spawnSync(command, args, { stdio: "ignore", env }).status === 0;
}

/** Runs a command to its end; throws when it fails. */
export function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2], env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `exit code ${status}`}`);
}
