import { join } from "node:path";
import { type Column, type Folder, folders, isFolder, manifestName, successName, type TableName } from "./layout.js";
import { type Manifest, readManifest } from "./manifest.js";
import { type Part, withPart } from "./part.js";
import { quote, refusal } from "./refusal.js";
import { isEmpty, pointAtModel, type Survey, survey } from "./survey.js";
import { type TableValues, tableReader } from "./table-reader.js";

/** A folder with a model in it, all of whose files are there and none too many. Their content is checked as it is read. */
export interface ModelFolder {
  /** Null for a model that SynapseML saved. */
  readonly manifest: Manifest | null;
  readonly manifestPath: string;
  /** The path of a table, for messages. */
  pathOf(table: TableName): string;
  /** Checks that the folder has these tables and no other. */
  expectTables(tables: readonly TableName[]): void;
  read<C extends Record<string, Column>>(
    table: TableName,
    columns: C,
  ): Promise<{ values: TableValues<C>; rows: number }>;
}

const finishSave = "the save was cut off or the copy is incomplete: copy the model again, or save it again";

export async function openModelFolder(directory: string, signal?: AbortSignal): Promise<ModelFolder> {
  const found = await survey(directory);
  if (!found.hasManifest && !found.parts.has(folders.metadata)) throw noModel(directory, found);
  const manifest = found.hasManifest ? await readManifest(directory) : null;
  if (manifest) checkFiles(directory, found, manifest);
  checkFolders(directory, found);
  if (manifest) {
    for (const folder of found.parts.keys()) await checkMark(directory, `${folder}/${successName}`, manifest, signal);
  }
  const pathOf = (table: TableName) => join(directory, folders[table]);
  return {
    manifest,
    manifestPath: join(directory, manifestName),
    pathOf,
    expectTables(tables) {
      const expected = tables.map((table) => folders[table]);
      checkTables(directory, expected, [...found.parts.keys()], "folder");
      if (manifest) checkTables(join(directory, manifestName), expected, [...manifest.rows.keys()], "row count of");
    },
    async read(table, columns) {
      const folder = folders[table];
      const reader = tableReader(columns, (part, creator) => {
        if (!manifest && creator.startsWith("byoml ")) throw lostManifest(directory, part);
      });
      for (const name of found.parts.get(folder) ?? []) {
        await withPart(directory, name, manifest?.files.get(name) ?? null, (part) => reader.read(part, signal), signal);
      }
      const { values, rows } = reader.finish();
      const expected = manifest?.rows.get(folder) ?? rows;
      if (rows !== expected) {
        throw refusal({ file: pathOf(table), expected: `${expected} rows, as ${manifestName} says`, found: `${rows}` });
      }
      return { values, rows };
    },
  };
}

function noModel(directory: string, found: Survey): Error {
  const [entry] = [...found.foreign, ...found.parts.keys()];
  return refusal({
    file: directory,
    expected: `a saved model (${manifestName} or ${folders.metadata} in it)`,
    found: isEmpty(found) ? "an empty folder" : `a folder with ${quote(entry)} in it`,
    hint: pointAtModel,
  });
}

/** byoml marks its Parquet files, so that a model whose manifest was lost is not taken for one that never had it. */
function lostManifest(directory: string, part: Part): Error {
  return refusal({
    file: join(directory, manifestName),
    expected: `the manifest that byoml saved together with ${part.path}`,
    found: "no such file",
  });
}

function checkFolders(directory: string, { parts, complete, foreign }: Survey): void {
  const strange = foreign.find((name) => isFolder(name.split("/")[0]));
  if (strange !== undefined) {
    const hint = "move it elsewhere";
    throw refusal({ file: join(directory, strange), expected: "only the part files of a model", found: "this", hint });
  }
  for (const [folder, names] of parts) {
    const file = join(directory, folder);
    if (!complete.has(folder)) {
      throw refusal({
        file: join(file, successName),
        expected: "this mark of a finished save",
        found: "no such file",
        hint: finishSave,
      });
    }
    if (names.length === 0) throw refusal({ file, expected: "part files", found: "none", hint: finishSave });
  }
}

function checkFiles(directory: string, { parts }: Survey, manifest: Manifest): void {
  const present = new Set<string>();
  for (const [folder, names] of parts) for (const name of [`${folder}/${successName}`, ...names]) present.add(name);
  for (const name of manifest.files.keys()) {
    if (!present.has(name)) {
      const expected = `this file, which ${manifestName} names`;
      throw refusal({ file: join(directory, name), expected, found: "no such file", hint: finishSave });
    }
  }
  for (const name of present) {
    if (!manifest.files.has(name)) {
      const expected = `only files that ${manifestName} names`;
      throw refusal({ file: join(directory, name), expected, found: "this file too", hint: "move it elsewhere" });
    }
  }
}

async function checkMark(directory: string, name: string, { files }: Manifest, signal?: AbortSignal): Promise<void> {
  await withPart(directory, name, files.get(name) ?? null, async () => {}, signal);
}

function checkTables(file: string, expected: readonly Folder[], found: readonly Folder[], what: string): void {
  for (const folder of expected) {
    if (found.includes(folder)) continue;
    throw refusal({ file, expected: `a ${what} ${folder}`, found: "none", hint: finishSave });
  }
  for (const folder of found) {
    if (expected.includes(folder)) continue;
    const wanted = `no ${what} ${folder}, as ${folders.metadata} says`;
    throw refusal({ file, expected: wanted, found: "one", hint: "move it elsewhere, or save the model again" });
  }
}
