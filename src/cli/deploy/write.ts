/*
 * Writing a deployment. A folder that is not there appears as a whole. In one that is there each file is replaced as a whole, and until all are,
 * the manifest knows the old and the new content of each: whatever a kill leaves behind is still known as byoml's own.
 */
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256 } from "../../base/checksum.js";
import { replaceFile } from "../../base/file.js";
import type { DeployFile } from "../../deploy/files.js";
import { type Manifest, manifestFile, manifestText } from "./manifest.js";
import { type FolderPlan, refused } from "./plan.js";

export async function writeFolder(plan: FolderPlan, files: readonly DeployFile[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await (plan.before === null ? writeNew(plan.directory, files, signal) : replaceIn(plan, plan.before, files, signal));
}

const modeOf = ({ executable }: DeployFile) => (executable ? 0o755 : 0o644);

function manifestOf(files: readonly DeployFile[]): Manifest {
  return { files: new Map(files.map(({ path, text }) => [path, [sha256(text)]])) };
}

async function writeNew(directory: string, files: readonly DeployFile[], signal: AbortSignal): Promise<void> {
  const work = await mkdtemp(join(dirname(directory), ".byoml-deploy-"));
  try {
    for (const file of files) {
      const place = join(work, file.path);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, file.text, { flush: true });
      await chmod(place, modeOf(file));
    }
    await writeFile(join(work, manifestFile), manifestText(manifestOf(files)), { flush: true });
    await chmod(work, 0o755); // as other folders are; it holds no secret
    signal.throwIfAborted();
    await rename(work, directory).catch((error) => {
      if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(error.code)) throw error;
      throw refused(directory, "something that came while it was written");
    });
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

async function replaceIn(
  { directory, states }: FolderPlan,
  before: Manifest,
  files: readonly DeployFile[],
  signal: AbortSignal,
): Promise<void> {
  const manifest = (content: Manifest) =>
    replaceFile(join(directory, manifestFile), [manifestText(content)], { signal });
  const after = manifestOf(files);
  const both = new Map(before.files);
  for (const [path, sums] of after.files) both.set(path, [...new Set([...(before.files.get(path) ?? []), ...sums])]);
  await manifest({ files: both });
  for (const file of files) {
    const place = join(directory, file.path);
    if (states.get(file.path) !== "unchanged") {
      await mkdir(dirname(place), { recursive: true });
      await replaceFile(place, [file.text], { signal });
    }
    await chmod(place, modeOf(file));
  }
  for (const [path, state] of states) if (state === "removed") await rm(join(directory, path), { force: true });
  await manifest(after);
}
