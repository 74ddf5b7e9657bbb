import { mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256 } from "../base/checksum.js";
import { syncFolder } from "../base/folders.js";
import { checkModel } from "./check.js";
import type { Checksum } from "./checksum.js";
import type { ModelData, ModelFacts } from "./data.js";
import { type Folder, manifestName, partName, successName } from "./layout.js";
import { manifestOf, renderManifest } from "./manifest.js";
import { checkTarget, follow, moveIntoPlace } from "./replace.js";
import { type Table, writeTable } from "./table-writer.js";
import { tablesOf } from "./tables.js";
import { sweepWorkFolders, workFolderOf } from "./work-folder.js";

/**
 * Saves a model: SynapseML's Parquet folders, which SynapseML loads as its own, and byoml's manifest.
 *
 * Whole or not at all: the model is written beside its place, brought to the disk, and then moved there. A model that is there
 * already is replaced; a folder with anything else in it is refused and left alone. When this rejects, the older model is still
 * there and nothing half-written is left.
 *
 * Names are written in UTF-8, so a lone surrogate becomes U+FFFD; two names of a tenant that become one are refused.
 * `facts` are written as JSON.
 *
 * @throws OptionError  when the place is taken by something else, or two column names are one
 * @throws DataError  when the model could not be loaded again: it has a NaN, a name twice, lengths that do not fit
 */
export async function saveModel(
  directory: string,
  data: ModelData,
  facts: ModelFacts,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  signal?.throwIfAborted();
  checkModel(data, facts);
  await checkTarget(directory);
  const place = await follow(directory);
  await mkdir(dirname(place), { recursive: true });
  await sweepWorkFolders(place);
  const work = workFolderOf(place);
  try {
    await mkdir(work);
    await writeFiles(work, data, facts, signal);
    signal?.throwIfAborted();
    await moveIntoPlace(work, place);
  } catch (error) {
    await rm(work, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

async function writeFiles(work: string, data: ModelData, facts: ModelFacts, signal?: AbortSignal): Promise<void> {
  const rows = new Map<Folder, number>();
  const files = new Map<string, Checksum>();
  for (const [folder, table] of tablesOf(data)) {
    await mkdir(join(work, folder));
    rows.set(folder, table.rows);
    files.set(`${folder}/${partName}`, await writePart(join(work, folder, partName), table, signal));
    files.set(`${folder}/${successName}`, await writeText(join(work, folder, successName), ""));
    await syncFolder(join(work, folder));
  }
  const tenants = facts.tenants.map((tenant) => ({ ...tenant, tenant: tenant.tenant.toWellFormed() }));
  const manifest = manifestOf({ ...facts, tenants }, { dimension: data.dimension, rows, files });
  await writeText(join(work, manifestName), renderManifest(manifest));
  await syncFolder(work);
}

async function writePart(path: string, table: Table, signal?: AbortSignal): Promise<Checksum> {
  const handle = await open(path, "wx");
  try {
    const checksum = await writeTable(handle, table, { signal });
    await handle.sync();
    return checksum;
  } finally {
    await handle.close();
  }
}

async function writeText(path: string, text: string): Promise<Checksum> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(text);
    await handle.sync();
    return { bytes: Buffer.byteLength(text), sha256: sha256(text) };
  } finally {
    await handle.close();
  }
}
