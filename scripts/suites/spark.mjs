/*
 * What the suite of the real SynapseML needs: Java, and a virtual environment of Python with Spark and SynapseML in it.
 * The environment is built once, in `.cache/spark-venv`, and used again while its stamp names the versions below.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const venv = join(root, ".cache/spark-venv");
const stamp = join(venv, "byoml-stamp.txt");
const windows = process.platform === "win32";

/** The newest versions that install on Python 3.9 to 3.12; setuptools gives Python 3.12 the distutils that Spark 3.5 imports. */
const packages = ["pyspark==3.5.8", "numpy==1.26.4", "pandas==2.2.3", "setuptools==75.8.0", "wheel==0.45.1"];
/** Without its dependencies: the cyber package is plain Python on top of Spark. */
const synapseml = ["synapseml==1.1.3"];
const oldestJava = 17;

/** Prepares the suite and returns its environment, or throws and says what is missing. */
export async function setUp() {
  needJava();
  const python = needPython();
  const inVenv = join(venv, windows ? "Scripts/python.exe" : "bin/python");
  const wanted = [...packages, ...synapseml].join("\n");
  if (!(existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && works(inVenv, ["--version"]))) {
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(dirname(venv), { recursive: true });
    run(python, ["-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(inVenv, [...pip, ...packages]);
    run(inVenv, [...pip, "--no-deps", "--no-build-isolation", ...synapseml]);
    writeFileSync(stamp, wanted);
  }
  return {
    BYOML_PYTHON: inVenv,
    PYSPARK_PYTHON: inVenv,
    PYSPARK_DRIVER_PYTHON: inVenv,
    SPARK_LOCAL_IP: "127.0.0.1",
    // Another Spark on this machine must not be picked up instead of the pinned one.
    SPARK_HOME: undefined,
    PYTHONPATH: undefined,
  };
}

function needJava() {
  if (javaVersion() >= oldestJava) return;
  install("openjdk-17-jre-headless", `Java ${oldestJava} or newer (java -version)`);
  if (javaVersion() < oldestJava) throw new Error(`Java ${oldestJava} or newer is not on the PATH (java -version).`);
}

/** The major version of the Java on the PATH, 0 where there is none. */
function javaVersion() {
  const { stdout, stderr, error } = spawnSync("java", ["-version"], { encoding: "utf8" });
  if (error) return 0;
  return Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
}

/** The first Python that Spark 3.5 and the pinned packages support, with the means to make a virtual environment. */
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

function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `exit code ${status}`}`);
}
