import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ByomlError } from "../../base/errors.js";
import { inert } from "../../base/text.js";

const marker = "byoml-demo.json";

/** The parts of the demo's folder. */
export interface DemoFolder {
  /** Accesses to learn from. */
  exports: string;
  /** New accesses to score. */
  fresh: string;
  model: string;
  scores: string;
  report: string;
}

/**
 * What would lie where.
 *
 * @throws ByomlError  usage: there is something else
 */
export async function planFolder(path: string): Promise<DemoFolder> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (entries.length > 0 && !(await isDemo(path)))
    throw new ByomlError("usage", `--out: ${inert(path)} has other files in it`, {
      hint: "Name a folder that is empty or does not exist yet.",
      details: { folder: path },
    });
  return {
    exports: join(path, "exports"),
    fresh: join(path, "new"),
    model: join(path, "model"),
    scores: join(path, "scores.csv"),
    report: join(path, "report.html"),
  };
}

/**
 * Makes the folder of the demo, or empties the one of an earlier demo; any other folder with something in it is left alone.
 *
 * @throws ByomlError  usage: there is something else
 */
export async function prepareFolder(path: string, facts: Record<string, unknown>): Promise<DemoFolder> {
  await mkdir(path, { recursive: true });
  const folder = await planFolder(path);
  await Promise.all(Object.values(folder).map((part) => rm(part, { recursive: true, force: true })));
  await writeFile(join(path, marker), `${JSON.stringify({ madeBy: "byoml demo", ...facts }, null, 2)}\n`);
  return folder;
}

async function isDemo(path: string): Promise<boolean> {
  try {
    const facts: unknown = JSON.parse(await readFile(join(path, marker), "utf8"));
    return typeof facts === "object" && facts !== null && "madeBy" in facts && facts.madeBy === "byoml demo";
  } catch {
    return false;
  }
}
