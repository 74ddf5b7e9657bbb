import { constants } from "node:fs";
import { access, mkdtemp, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { availableParallelism, freemem, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../base/version.js";
import { features } from "../wasm/features.js";
import { counted, size } from "./format.js";

/** One line of the doctor's list. */
export interface Check {
  name: string;
  /** `note` is worth knowing and stops nothing. */
  state: "ok" | "note" | "failed";
  found: string;
  /** What to do, where something is to be done. */
  hint?: string;
}

const oldestNode = 20;
const littleSpace = 1e9;
const littleMemory = 1e9;
const kernels = ["kernels.wasm", "kernels-relaxed.wasm"];

/** Where the kernels lie in the package; from the sources, where the build puts them. */
const kernelFolder = fileURLToPath(new URL("../../dist/wasm/", import.meta.url));

/**
 * Looks at everything that byoml needs of this machine. Says nothing of who uses it: no user name, no home folder.
 *
 * @param kernelsIn  folder of the kernels
 * @param writes     whether the temporary folder may be tried by writing to it
 */
export async function checks({ kernelsIn = kernelFolder, writes = true } = {}): Promise<Check[]> {
  return [
    await packageCheck(),
    nodeCheck(),
    ...featureChecks(),
    ...machineChecks(),
    ...(await folderChecks(writes)),
    ...(await kernelChecks(kernelsIn)),
  ];
}

async function packageCheck(): Promise<Check> {
  return { name: "byoml", state: "ok", found: version };
}

function nodeCheck(): Check {
  const found = `${process.version}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}, kernel ${release()}`;
  const fine = Number.parseInt(process.versions.node, 10) >= oldestNode;
  return { name: "Node.js", found, ...(fine ? ok : failed(`Install Node.js ${oldestNode} or newer.`)) };
}

function featureChecks(): Check[] {
  const { simd, threads, relaxedSimd } = features();
  const upgrade = `Install Node.js ${oldestNode} or newer for a 64-bit machine.`;
  return [
    { name: "SIMD", found: yes(simd), ...(simd ? ok : failed(upgrade)) },
    { name: "shared memory", found: yes(threads), ...(threads ? ok : failed(upgrade)) },
    relaxedSimd
      ? { name: "relaxed SIMD", found: "yes", ...ok }
      : { name: "relaxed SIMD", found: "no, the baseline kernels are used", state: "note" },
  ];
}

function machineChecks(): Check[] {
  const free = freemem();
  const memory = `${size(totalmem())}, ${size(free)} free`;
  return [
    { name: "cores", found: counted(availableParallelism(), "core"), ...ok },
    free >= littleMemory
      ? { name: "memory", found: memory, ...ok }
      : { name: "memory", found: memory, state: "note", hint: "Large exports may need more." },
  ];
}

async function folderChecks(writes: boolean): Promise<Check[]> {
  const list: Check[] = [];
  try {
    if (!writes) await access(tmpdir(), constants.W_OK);
    else await probe();
    list.push({ name: "temporary folder", found: "writable", ...ok });
  } catch (error) {
    list.push({
      name: "temporary folder",
      found: codeOf(error),
      ...failed("Set TMPDIR to a folder that can be written."),
    });
  }
  for (const [name, path] of [
    ["disk of the temporary folder", tmpdir()],
    ["disk of the working folder", "."],
  ]) {
    try {
      const { bavail, bsize } = await statfs(path);
      const free = bavail * bsize;
      list.push(
        free >= littleSpace
          ? { name, found: `${size(free)} free`, ...ok }
          : { name, found: `${size(free)} free`, state: "note", hint: "Large results may not fit." },
      );
    } catch (error) {
      list.push({ name, found: codeOf(error), state: "note" });
    }
  }
  return list;
}

async function probe(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "byoml-doctor-"));
  try {
    await writeFile(join(folder, "probe"), "probe");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function kernelChecks(folder: string): Promise<Check[]> {
  const there = new Set(await readdir(folder).catch(() => []));
  return Promise.all(
    kernels.map(async (name): Promise<Check> => {
      const missing = failed("Install the package again; from a clone, run `npm run build`.");
      if (!there.has(name)) return { name, found: "missing", ...missing };
      try {
        await access(join(folder, name), constants.R_OK);
        const { size: bytes } = await stat(join(folder, name));
        return { name, found: size(bytes), ...(bytes > 0 ? ok : missing) };
      } catch (error) {
        return { name, found: codeOf(error), ...missing };
      }
    }),
  );
}

const ok = { state: "ok" } as const;

function failed(hint: string): { state: "failed"; hint: string } {
  return { state: "failed", hint };
}

function yes(there: boolean): string {
  return there ? "yes" : "no";
}

/** The code of a system error; its message would name folders. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "not available";
}
